#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AtomicFileTest : public testing::Test {
 protected:
  AtomicFileTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~AtomicFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  static std::string Content(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(AtomicFileTest, AppearsWholeWithTheCommit) {
  {
    const auto file = AtomicFile::Create(Path("a"));
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Write("one ").ok());
    ASSERT_TRUE((*file)->Write("two").ok());
    EXPECT_FALSE(std::filesystem::exists(Path("a")));
    ASSERT_TRUE((*file)->Commit().ok());
  }
  EXPECT_EQ(Content(Path("a")), "one two");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(AtomicFileTest, LeavesNothingBehindAndTheOldFileAloneWithoutIt) {
  std::ofstream(Path("a")) << "old";
  { ASSERT_TRUE((*AtomicFile::Create(Path("a")))->Write("new").ok()); }
  EXPECT_EQ(Content(Path("a")), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(AtomicFileTest, TheLastToCommitStands) {
  const auto first = *AtomicFile::Create(Path("a"));
  const auto second = *AtomicFile::Create(Path("a"));
  ASSERT_TRUE(first->Write("first").ok());
  ASSERT_TRUE(second->Write("second").ok());
  ASSERT_TRUE(second->Commit().ok());
  ASSERT_TRUE(first->Commit().ok());
  EXPECT_EQ(Content(Path("a")), "first");
}

TEST_F(AtomicFileTest, SaysWhatIsWrong) {
  const absl::Status status = AtomicFile::Create(Path("no/such/folder")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no/such/folder"));
  const absl::Status full = AtomicFile::Create("/dev/full/a").status();
  EXPECT_FALSE(full.ok());
  EXPECT_THAT(Names(), IsEmpty());
}

}  // namespace
}  // namespace pathsweep

#include "client/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "client/programs/scratch_folder.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

TEST(OutputFile, ReplacesWhatALinkStandsFor) {
  const ScratchFolder folder = ScratchFolder::Make().value();
  const std::filesystem::path target = folder.path() / "target.csv", link = folder.path() / "link";
  std::ofstream(target) << "old";
  std::filesystem::create_symlink("target.csv", link);
  const std::unique_ptr<AtomicFile> file = CreateOutput(link.string()).value();
  ASSERT_TRUE(file->Write("new").ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  std::string text;
  std::ifstream(target) >> text;
  EXPECT_EQ(text, "new");
}

TEST(OutputFile, IsWrittenWholeOrNotAtAll) {
  const ScratchFolder folder = ScratchFolder::Make().value();
  const std::string path = (folder.path() / "plot.svg").string();
  ASSERT_TRUE(WriteOutput(path, "<svg/>").ok());
  EXPECT_EQ(folder.BytesOf("plot.svg"), "<svg/>");
  EXPECT_THAT(std::string(WriteOutput("/nonexistent/plot.svg", "x").message()),
              HasSubstr("name a file in a folder that can be written"));
}

TEST(OutputFile, SaysWhatIsNone) {
  const ScratchFolder folder = ScratchFolder::Make().value();
  EXPECT_THAT(std::string(CreateOutput("").status().message()), HasSubstr("name a file"));
  EXPECT_THAT(std::string(CreateOutput(folder.path().string()).status().message()),
              HasSubstr("is not a file"));
  EXPECT_THAT(std::string(CreateOutput("/dev/null").status().message()),
              HasSubstr("is not a file"));
  EXPECT_THAT(std::string(CreateOutput("/nonexistent/x").status().message()),
              HasSubstr("name a file in a folder that can be written"));
}

}  // namespace
}  // namespace pathsweep

#include "coordinator/store/checkpoint_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CheckpointFolderTest : public testing::Test {
 protected:
  CheckpointFolderTest() { Reopen(); }

  // Ends what was discarded, as a restart does.
  void Reopen() {
    checkpoints_.reset();
    checkpoints_ = std::make_unique<CheckpointFolder>(path_);
  }

  void Put(CheckpointName name, const std::string& content) {
    const auto file = checkpoints_->Begin(name).value();
    ASSERT_TRUE(file->Write(content).ok());
    ASSERT_TRUE(checkpoints_->Commit(name, *file).ok());
  }

  std::string Get(CheckpointName name) {
    std::ostringstream content;
    content << checkpoints_->Read(name)->rdbuf();
    return content.str();
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("results.db-checkpoints");
  std::unique_ptr<CheckpointFolder> checkpoints_;
};

TEST_F(CheckpointFolderTest, KeepsTheNewestOfEachTrialThroughARestart) {
  Put({7}, "old");
  Put({7}, "new");
  Put({12}, "other");
  Reopen();
  EXPECT_THAT(checkpoints_->Names(), ElementsAre(CheckpointName{7}, CheckpointName{12}));
  EXPECT_EQ(Get({7}), "new");
  EXPECT_TRUE(absl::IsNotFound(checkpoints_->Read({8}).status()));
}

TEST_F(CheckpointFolderTest, DiscardedOnesAreRemoved) {
  Put({7}, "a");
  Put({8}, "b");
  checkpoints_->Discard({7});
  checkpoints_->Discard({99});  // there is none
  EXPECT_TRUE(absl::IsNotFound(checkpoints_->Read({7}).status()));
  Reopen();
  EXPECT_THAT(Files(), ElementsAre("8.checkpoint"));
}

TEST_F(CheckpointFolderTest, TheKeptOneIsAnother) {
  Put({7}, "newest");
  Put({7, /*kept=*/true}, "best");
  checkpoints_->Discard({7});
  Reopen();
  EXPECT_THAT(Files(), ElementsAre("7.kept"));
  EXPECT_EQ(Get({7, true}), "best");
  EXPECT_TRUE(absl::IsNotFound(checkpoints_->Read({7}).status()));
}

TEST_F(CheckpointFolderTest, WhatACrashLeftHalfWrittenIsRemoved) {
  std::filesystem::create_directories(path_);
  std::ofstream(path_ + "/7.checkpoint.partial-abcdef") << "half";
  std::ofstream(path_ + "/notes.txt") << "somebody's";
  Reopen();
  EXPECT_THAT(Files(), ElementsAre("notes.txt"));
  EXPECT_THAT(checkpoints_->Names(), IsEmpty());
}

TEST(CheckpointFolder, ThatCannotBeMadeIsAnError) {
  const CheckpointFolder checkpoints("/dev/null/checkpoints");
  EXPECT_EQ(checkpoints.Begin({1}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace pathsweep

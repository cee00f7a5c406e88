#include "coordinator/store/database_copy.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/coordinator/domain/fixtures.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

bool Always() { return true; }

std::string Text(const std::string& path, const std::string& sql) {
  return SQLite::Database(path).execAndGet(sql).getString();
}

int64_t Number(const std::string& path, const std::string& sql) {
  return SQLite::Database(path).execAndGet(sql).getInt64();
}

int Files(const std::filesystem::path& folder, const std::string& part) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (absl::StrContains(entry.path().filename().string(), part)) ++files;
  }
  return files;
}

// A store with one running trial and some MiB, so that a copy takes many steps.
class LargeStore {
 public:
  LargeStore(const std::string& path, int mebibytes) : store_(SqliteStore::Open(path).value()) {
    for (int i = 0; i < mebibytes; ++i) {
      SweepSpec spec = SmallSweep(absl::StrCat("s", i), 1);
      spec.description = std::string(1 << 20, 'x');
      EXPECT_TRUE(store_->Commit(coordinator_.Submit(spec)).ok());
    }
    EXPECT_TRUE(store_->Commit(coordinator_.Report(ReportOf("w"))).ok());
  }

  // One transaction that writes the next step of two metrics.
  absl::Status CommitStep() {
    ++step_;
    return store_->Commit(Events{MeasurementsReported{1, {{step_, "exact_match", 0.5}}},
                                 MeasurementsReported{1, {{step_, "test_loss", 0.5}}}});
  }

 private:
  Coordinator coordinator_;
  std::unique_ptr<SqliteStore> store_;
  int64_t step_ = 0;
};

class DatabaseCopyTest : public ::testing::Test {
 protected:
  // The steps that are in the copy, all of both metrics without a gap.
  static int64_t StepsOf(const std::string& copy) {
    const std::string of_metric =
        "SELECT count(*) FROM measurements m JOIN metrics k ON k.id = m.metric_id WHERE k.name = ";
    const int64_t steps = Number(copy, of_metric + "'exact_match'");
    EXPECT_EQ(Number(copy, of_metric + "'test_loss'"), steps);
    EXPECT_EQ(Number(copy, "SELECT coalesce(max(step), 0) FROM measurements"), steps);
    return steps;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("results.db");
};

TEST_F(DatabaseCopyTest, IsOneSoundFileThatGoesAwayWithTheObject) {
  LargeStore store(path_, 2);
  ASSERT_TRUE(store.CommitStep().ok());
  {
    const auto copy = DatabaseCopy::Make(path_, path_, Always);
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_THAT((*copy)->path(), ::testing::StartsWith(path_ + ".partial-"));
    EXPECT_EQ(Files(folder_.File(""), ".partial-"), 1);
    EXPECT_TRUE(SqliteStore::Check((*copy)->path()).ok());
    EXPECT_EQ(Text((*copy)->path(), "PRAGMA journal_mode"), "delete");
    EXPECT_EQ(StepsOf((*copy)->path()), 1);
    EXPECT_EQ(Files(folder_.File(""), ".partial-"), 1) << "no -wal beside it";
  }
  EXPECT_EQ(Files(folder_.File(""), ".partial-"), 0);
}

TEST_F(DatabaseCopyTest, HasTheStateOfTheMomentWhenItBegan) {
  LargeStore store(path_, 8);
  ASSERT_TRUE(store.CommitStep().ok());
  int committed = 0;
  const auto commit_between_steps = [&] {
    EXPECT_TRUE(store.CommitStep().ok());
    return ++committed > 0;
  };
  const auto copy = DatabaseCopy::Make(path_, path_, commit_between_steps);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_GE(committed, 8);
  EXPECT_EQ(StepsOf((*copy)->path()), 1);
  EXPECT_EQ(StepsOf(path_), 1 + committed);
}

TEST_F(DatabaseCopyTest, IsSoundWhileAnotherThreadCommitsAndDoesNotHoldItUp) {
  LargeStore store(path_, 16);
  std::atomic<bool> stop = false;
  absl::Duration longest;
  std::thread writer([&] {
    while (!stop) {
      const absl::Time started = absl::Now();
      EXPECT_TRUE(store.CommitStep().ok());
      longest = std::max(longest, absl::Now() - started);
    }
  });
  int64_t before = 0;
  for (int i = 0; i < 5; ++i) {
    const auto copy = DatabaseCopy::Make(path_, path_, Always);
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_TRUE(SqliteStore::Check((*copy)->path()).ok());
    const int64_t steps = StepsOf((*copy)->path());
    EXPECT_GE(steps, before);
    before = steps;
  }
  stop = true;
  writer.join();
  EXPECT_GT(before, 0);
  RecordProperty("longest_commit_ms", absl::StrCat(absl::ToInt64Milliseconds(longest)));
  EXPECT_LT(longest, absl::Seconds(3)) << "as long as a copy, so a copy holds a commit up";
}

TEST_F(DatabaseCopyTest, CancelledOneLeavesNothing) {
  LargeStore store(path_, 4);
  int steps = 0;
  const auto copy = DatabaseCopy::Make(path_, path_, [&] { return ++steps < 3; });
  EXPECT_TRUE(absl::IsCancelled(copy.status())) << copy.status();
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(Files(folder_.File(""), ".partial-"), 0);
}

TEST_F(DatabaseCopyTest, SaysWhatIsWrong) {
  EXPECT_FALSE(DatabaseCopy::Make(folder_.File("missing.db"), path_, Always).ok());
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_EQ(DatabaseCopy::Make(path_, path_, Always).status().code(), absl::StatusCode::kDataLoss);
  const absl::Status nowhere =
      DatabaseCopy::Make(path_, folder_.File("no/such/folder"), Always).status();
  EXPECT_THAT(std::string(nowhere.message()), HasSubstr("no/such/folder"));
  EXPECT_EQ(Files(folder_.File(""), ".partial-"), 0);
}

TEST_F(DatabaseCopyTest, WhatACrashLeftIsRemovedByTheNextStart) {
  for (const char* name : {"results.db.partial-a1B2c3", "results.db.partial-a1B2c3-wal",
                           "results.db.partial", "other.db.partial-a1B2c3"}) {
    std::ofstream(folder_.File(name)) << "x";
  }
  ASSERT_TRUE(SqliteStore::Open(path_).ok());
  EXPECT_EQ(Files(folder_.File(""), "results.db.partial-"), 0);
  EXPECT_EQ(Files(folder_.File(""), ".partial"), 2) << "the names of others stay";
}

// A new process with a disk of its own, as far as processes may have one here.
bool MountDisk(const std::string& folder, int mebibytes) {
  const std::string user = absl::StrCat("0 ", getuid(), " 1");
  const std::string group = absl::StrCat("0 ", getgid(), " 1");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/gid_map") << group;
  const std::string size = absl::StrCat("size=", mebibytes, "m");
  return mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

// What `action` returns in a process with a small disk: empty, or what went wrong; null if
// this process may not mount one.
template <typename Action>
std::optional<std::string> OnSmallDisk(const TemporaryFolder& folder, int mebibytes,
                                       const Action& action) {
  const std::string answer = folder.File("answer");
  const std::string disk = folder.File("disk");
  std::filesystem::create_directory(disk);
  const pid_t child = fork();
  if (child == 0) {
    if (!MountDisk(disk, mebibytes)) _exit(1);
    try {
      std::ofstream(answer) << action(disk);
    } catch (const std::exception& error) {
      std::ofstream(answer) << error.what();
    }
    _exit(0);
  }
  int result = 0;
  waitpid(child, &result, 0);
  if (result != 0) return std::nullopt;
  std::ifstream file(answer);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Empty if the copy is refused for want of room, nothing is left of it, and the store works.
std::string Refused(LargeStore& store, const std::string& disk, const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return absl::StrCat("not refused: ", status.ToString());
  if (Files(disk, ".partial-") != 0) return "something is left of the copy";
  return std::string(store.CommitStep().message());
}

TEST_F(DatabaseCopyTest, LeavesTheCoordinatorRoomToWrite) {
  const auto problem = OnSmallDisk(folder_, 70, [&](const std::string& disk) {
    const std::string path = disk + "/results.db";
    LargeStore store(path, 8);
    return Refused(store, disk, DatabaseCopy::Make(path, path, Always).status());
  });
  if (!problem) GTEST_SKIP() << "this process may not mount a disk";
  EXPECT_EQ(*problem, "");
}

TEST_F(DatabaseCopyTest, DiskThatFillsUpMeanwhileIsAnErrorThatLeavesNothing) {
  const auto problem = OnSmallDisk(folder_, 100, [&](const std::string& disk) {
    const std::string path = disk + "/results.db";
    LargeStore store(path, 8);
    const std::string filler = disk + "/filler";
    const auto fill = [&] {
      std::ofstream(filler, std::ios::app) << std::string(100 << 20, 'x');
      return true;
    };
    const absl::Status status = DatabaseCopy::Make(path, path, fill).status();
    std::filesystem::remove(filler);
    return Refused(store, disk, status);
  });
  if (!problem) GTEST_SKIP() << "this process may not mount a disk";
  EXPECT_EQ(*problem, "");
}

}  // namespace
}  // namespace pathsweep

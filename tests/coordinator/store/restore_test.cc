#include "coordinator/store/restore.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "coordinator/store/database_copy.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/coordinator/domain/fixtures.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

// Commits a sweep and dies at once, so that it is in the -wal alone.
void CommitAndDie(const std::string& path, const std::string& sweep) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = SqliteStore::Open(path).value();
    const State state = store->Load(absl::UnixEpoch(), {}).value();
    Coordinator coordinator;
    coordinator.state = state;
    _exit(store->Commit(coordinator.Submit(SmallSweep(sweep))).ok() ? 0 : 1);
  }
  int result = 0;
  waitpid(child, &result, 0);
  ASSERT_EQ(result, 0);
  ASSERT_GT(std::filesystem::file_size(path + "-wal"), 0u);
}

bool Has(const std::string& path, const std::string& sweep) {
  return SqliteStore::Open(path).value()->Load(absl::UnixEpoch(), {}).value().FindSweep(sweep) !=
         nullptr;
}

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    const std::string source = folder_.File("source.db");
    CommitAndDie(source, "kept");
    const auto copy = DatabaseCopy::Make(source, source, [] { return true; }).value();
    std::filesystem::copy_file(copy->path(), backup_);
  }

  absl::StatusOr<Restored> Run(bool force = false) { return Restore({backup_, path_, force}); }

  // The backup is refused with this code and these words, and nothing is made.
  void ExpectRefused(absl::StatusCode code, const std::string& words) {
    const absl::Status status = Run(/*force=*/true).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
    EXPECT_FALSE(std::filesystem::exists(path_));
  }

  const TemporaryFolder folder_;
  const std::string backup_ = folder_.File("backup.db");
  const std::string path_ = folder_.File("results.db");
};

TEST_F(RestoreTest, MakesTheDatabaseOfTheBackup) {
  const absl::StatusOr<Restored> restored = Run();
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->bytes, std::filesystem::file_size(path_));
  EXPECT_EQ(restored->kept, "");
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0644});
  EXPECT_TRUE(Has(path_, "kept"));
}

TEST_F(RestoreTest, RefusesWhatIsNoBackupAndMakesNothing) {
  std::filesystem::remove(backup_);
  ExpectRefused(absl::StatusCode::kNotFound, "there is no file");
  std::ofstream(backup_) << "";
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "is empty");
  std::ofstream(backup_) << std::string(5000, 'x');
  ExpectRefused(absl::StatusCode::kDataLoss, "not a database");
  std::filesystem::remove(backup_);
  SQLite::Database(backup_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE precious (value)");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "another program");
}

TEST_F(RestoreTest, RefusesADamagedBackupAndOneOfANewerVersion) {
  SQLite::Database(backup_, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "newer version");
  std::fstream file(backup_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(60) << std::string(4, '\0');  // the version
  file.seekp(8192) << std::string(4096, 'x');
  file.close();
  ExpectRefused(absl::StatusCode::kDataLoss, backup_);
}

TEST_F(RestoreTest, RefusesWhileACoordinatorUsesTheDatabase) {
  const auto store = SqliteStore::Open(path_).value();
  const absl::Status status = Run(/*force=*/true).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another coordinator"));
}

TEST_F(RestoreTest, RefusesAFolderThatDoesNotExistAndTheDatabaseItself) {
  EXPECT_THAT(std::string(Restore({backup_, folder_.File("no/such.db")}).status().message()),
              HasSubstr("no/such.db"));
  EXPECT_THAT(std::string(Restore({backup_, backup_, true}).status().message()),
              HasSubstr("is the database itself"));
}

TEST_F(RestoreTest, ReplacesADatabaseByForceOnlyAndKeepsItWithWhatItsLogHolds) {
  CommitAndDie(path_, "present");
  const absl::Status refused = Run().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--force"));
  const absl::StatusOr<Restored> restored = Run(/*force=*/true);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->kept, path_ + kReplacedSuffix);
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_TRUE(Has(path_, "kept"));
  EXPECT_FALSE(Has(path_, "present"));
  EXPECT_TRUE(Has(restored->kept, "present"));
}

// They know of measurements that the backup lacks.
TEST_F(RestoreTest, SetsTheCheckpointsAside) {
  std::filesystem::create_directories(path_ + "-checkpoints");
  std::ofstream(path_ + "-checkpoints/1.checkpoint") << "later";
  ASSERT_TRUE(Run().ok());
  EXPECT_FALSE(std::filesystem::exists(path_ + "-checkpoints"));
  EXPECT_EQ(Contents(path_ + "-checkpoints.before-restore/1.checkpoint"), "later");
}

TEST_F(RestoreTest, KeepsADamagedDatabaseAsItIs) {
  std::ofstream(path_) << std::string(8192, 'x');
  const absl::StatusOr<Restored> restored = Run(/*force=*/true);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_TRUE(Contents(restored->kept) == std::string(8192, 'x'));
  EXPECT_TRUE(Has(path_, "kept"));
}

// SQLite would take it for the restored database's.
TEST_F(RestoreTest, LogThatLostItsDatabaseDoesNotJoinTheRestoredOne) {
  CommitAndDie(path_, "present");
  std::filesystem::remove(path_);
  EXPECT_FALSE(Run().ok());
  const absl::StatusOr<Restored> restored = Run(/*force=*/true);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_TRUE(std::filesystem::exists(restored->kept + "-wal"));
  EXPECT_TRUE(Has(path_, "kept"));
}

TEST_F(RestoreTest, NeverLosesWhatAnEarlierRestoreKept) {
  ASSERT_TRUE(Run().ok());
  ASSERT_TRUE(Run(/*force=*/true).ok());
  const absl::Status third = Run(/*force=*/true).status();
  EXPECT_EQ(third.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(third.message()), HasSubstr("move it"));
}

TEST_F(RestoreTest, TakesAPlainCopyOfTheFilesToo) {
  const std::string crashed = folder_.File("crashed.db");
  CommitAndDie(crashed, "in the log");
  ASSERT_TRUE(Restore({crashed, path_}).ok());
  EXPECT_TRUE(Has(path_, "in the log"));
  EXPECT_TRUE(Has(crashed, "in the log"));
}

TEST_F(RestoreTest, DatabaseOfAnEarlierSchemaIsBroughtUpToDateByTheStart) {
  std::filesystem::remove(backup_);
  SQLite::Database(backup_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec(Contents(PATHSWEEP_SOURCE_DIR "/tests/data/results_v1.sql"));
  ASSERT_TRUE(Run().ok());
  EXPECT_TRUE(Has(path_, "old"));
}

}  // namespace
}  // namespace pathsweep

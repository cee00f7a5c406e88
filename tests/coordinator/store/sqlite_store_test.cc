#include "coordinator/store/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/analysis/interval.h"
#include "tests/coordinator/domain/fixtures.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

double Query(const std::string& path, const std::string& sql) {
  SQLite::Database database(path);
  return database.execAndGet(sql).getDouble();
}

class SqliteStoreTest : public ::testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("results.db");
  Coordinator coordinator_;
};

TEST_F(SqliteStoreTest, RefusesADatabaseOfAnotherProgramAndLeavesItAlone) {
  SQLite::Database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE precious (value)");
  const std::string before = Contents(path_);
  const absl::Status status = SqliteStore::Open(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another program"));
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  std::ofstream(path_) << "a thesis, chapter one, that must not be overwritten, ever at all";
  const std::string before = Contents(path_);
  EXPECT_EQ(SqliteStore::Open(path_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteStoreTest, RefusesADamagedDatabase) {
  {
    auto store = SqliteStore::Open(path_).value();
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a"), std::to_string(i))).ok());
    }
  }
  std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096);
  file << std::string(8192, 'x');
  file.close();
  EXPECT_EQ(SqliteStore::Open(path_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SqliteStoreTest, WhatWasPrunedIsHiddenAtOnceAndGoesBitByBit) {
  auto store = SqliteStore::Open(path_).value();
  const auto commit = [&](const Events& events) { ASSERT_TRUE(store->Commit(events).ok()); };
  commit(coordinator_.Submit(SmallSweep("old", 1)));
  commit(coordinator_.Submit(SmallSweep("new", 1)));
  commit(coordinator_.Report(ReportOf("w", {}, 2)));
  AttemptReport first = Ended(1, 1, Outcome::Kind::kCompleted);
  AttemptReport second = Ended(2, 1, Outcome::Kind::kCompleted);
  first.measurements.clear();
  second.measurements = {{0, "loss", 0.25}};
  for (int step = 0; step < 3000; ++step) first.measurements.push_back({step, "loss", 0.5});
  commit(coordinator_.Report(ReportOf("w", {first, second}, 2)));
  commit(coordinator_.Do(PruneSweep{"old"}));

  EXPECT_EQ(Query(path_, "SELECT count(*) FROM learning_curves"), 1);
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM trial_results"), 1);
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM measurements"), 3001);
  EXPECT_TRUE(SqliteStore::Check(path_).ok()) << "what has yet to go is no damage";
  EXPECT_TRUE(*store->Tidy());
  EXPECT_FALSE(*store->Tidy());
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM measurements"), 1);
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM attempts"), 1);
  EXPECT_EQ(Query(path_, "SELECT sum(id) FROM trials"), 2);
  EXPECT_EQ(Query(path_, "SELECT end_trial FROM pruned_sweeps WHERE name = 'old'"), 2);
}

TEST_F(SqliteStoreTest, CheckTellsOrphansFromWhatIsPruned) {
  auto store = SqliteStore::Open(path_).value();
  const auto commit = [&](const Events& events) { ASSERT_TRUE(store->Commit(events).ok()); };
  commit(coordinator_.Submit(SmallSweep("a", 1)));
  commit(coordinator_.Submit(SmallSweep("b", 1)));
  commit(coordinator_.Report(ReportOf("w", {}, 2)));
  commit(coordinator_.Do(CancelSweep{"b"}));
  commit(coordinator_.Do(PruneSweep{"b"}));
  EXPECT_EQ(SqliteStore::Check(path_), absl::OkStatus()) << "the sweep before it stays";
  commit(coordinator_.Do(CancelSweep{"a"}));
  commit(coordinator_.Do(PruneSweep{"a"}));
  SQLite::Database(path_, SQLite::OPEN_READWRITE)
      .exec("UPDATE trials SET sweep_id = 9 WHERE id = 2");
  EXPECT_THAT(SqliteStore::Check(path_).message(), HasSubstr("1 rows of trials lack theirs"));
}

TEST_F(SqliteStoreTest, CheckFindsRowsOfWhatIsNotThere) {
  ASSERT_TRUE(SqliteStore::Open(path_).ok());
  SQLite::Database(path_, SQLite::OPEN_READWRITE)
      .exec("INSERT INTO measurements (trial_id, metric_id, step, value) VALUES (7, 1, 0, 0.5)");
  EXPECT_THAT(SqliteStore::Check(path_).message(),
              ::testing::AllOf(HasSubstr("1 rows of measurements lack theirs in trials"),
                               HasSubstr("in metrics")));
}

TEST_F(SqliteStoreTest, CheckFindsDamageAndPassesASoundFile) {
  {
    auto store = SqliteStore::Open(path_).value();
    ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a"))).ok());
    EXPECT_TRUE(SqliteStore::Check(path_).ok()) << "while it is in use";
  }
  EXPECT_TRUE(SqliteStore::Check(path_).ok());
  std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(8192);
  file << std::string(4096, 'x');
  file.close();
  EXPECT_EQ(SqliteStore::Check(path_).code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(SqliteStore::Check(folder_.File("missing.db")).ok());
}

TEST_F(SqliteStoreTest, RefusesAFolderThatDoesNotExist) {
  const absl::Status status = SqliteStore::Open(folder_.File("no/such/results.db")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no/such"));
}

TEST_F(SqliteStoreTest, RefusesADatabaseWrittenByANewerVersion) {
  SqliteStore::Open(path_).value().reset();
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  EXPECT_THAT(std::string(SqliteStore::Open(path_).status().message()), HasSubstr("newer version"));
}

TEST_F(SqliteStoreTest, SecondCoordinatorOnOneDatabaseIsRefused) {
  auto first = SqliteStore::Open(path_).value();
  const absl::Status second = SqliteStore::Open(path_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("another coordinator"));
  first.reset();
  EXPECT_TRUE(SqliteStore::Open(path_).ok());
}

TEST_F(SqliteStoreTest, FullDiskIsAnErrorAndChangesNothing) {
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("kept"))).ok());
  const State before = store->Load(coordinator_.now, {}).value();
  ASSERT_TRUE(store->LimitPages(1).ok());  // no page more than now
  SweepSpec large = SmallSweep("large");
  large.description = std::string(100'000, 'x');
  const absl::Status full = store->Commit(coordinator_.Submit(large));
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_EQ(store->Load(coordinator_.now, {}).value().sweeps, before.sweeps);
  ASSERT_TRUE(store->LimitPages(1'000'000).ok());
  Coordinator after;
  after.state = before;
  EXPECT_TRUE(store->Commit(after.Submit(large)).ok());
}

// The process dies at once after Commit, as by kill -9 between commit and reply.
TEST_F(SqliteStoreTest, WhatWasCommittedSurvivesAKill) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = SqliteStore::Open(path_).value();
    const bool committed = store->Commit(coordinator_.Submit(SmallSweep("kept"))).ok();
    _exit(committed ? 0 : 1);  // no destructor runs
  }
  int result = 0;
  waitpid(child, &result, 0);
  ASSERT_EQ(result, 0);
  auto store = SqliteStore::Open(path_).value();
  EXPECT_NE(store->Load(coordinator_.now, {}).value().FindSweep("kept"), nullptr);
}

TEST_F(SqliteStoreTest, FirstValueOfAMeasurementStands) {
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a", 1))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w"))).ok());
  for (double value : {0.25, 0.75}) {
    ASSERT_TRUE(store->Commit(Events{MeasurementsReported{1, {{10, "exact_match", value}}}}).ok());
  }
  EXPECT_EQ(Query(path_, "SELECT value FROM measurements"), 0.25);
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM measurements"), 1);
}

// tests/data holds a database of every schema that was ever shipped, as SQL: eight trials, of
// which the eighth was running and the seventh had failed.
TEST_F(SqliteStoreTest, DatabasesOfEveryEarlierSchemaAreBroughtUpToDate) {
  for (const char* version : {"v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"}) {
    SCOPED_TRACE(version);
    const std::string path = folder_.File(version);
    SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec(Contents(absl::StrCat(PATHSWEEP_SOURCE_DIR "/tests/data/results_", version, ".sql")));
    auto store = SqliteStore::Open(path).value();
    State state = store->Load(coordinator_.now, {}).value();
    EXPECT_TRUE(state.IsRunning({8, 1}));
    EXPECT_THAT(state.failed_trials, ::testing::ElementsAre(::testing::Pair(
                                         7, ::testing::Field(&LiveTrial::attempt, 1))));
    EXPECT_EQ(state.FindSweep("old")->Counts()[TrialState::kSucceeded], 6);
    EXPECT_EQ(Query(path, "SELECT count(*) FROM robustness WHERE metric = 'exact_match'"), 4);
    Coordinator coordinator;
    coordinator.state = state;
    ASSERT_TRUE(store->Commit(coordinator.Do(RetryFailed{"old"})).ok());
    ASSERT_TRUE(store->Commit(coordinator.Do(PauseSweep{"old", true})).ok());
    EXPECT_TRUE(store->Load(coordinator_.now, {}).value().FindSweep("old")->paused);
  }
}

// A statement left open would hold its snapshot, and the log would grow for ever.
TEST_F(SqliteStoreTest, LogIsCheckpointedWhileItIsWritten) {
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a", 1))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w"))).ok());
  for (int64_t step = 1; step <= 2000; ++step) {
    ASSERT_TRUE(store->Commit(Events{MeasurementsReported{1, {{step, "exact_match", 0.5}}}}).ok());
  }
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 8u << 20);
}

TEST_F(SqliteStoreTest, ParameterNewerThanTheFileGetsItsColumnWithTheDefault) {
  SqliteStore::Open(path_).value().reset();
  {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE);
    database.exec("DROP VIEW claim_verdicts; DROP VIEW claim_counterexamples;");
    database.exec("DROP VIEW robustness; DROP VIEW trial_results; DROP VIEW learning_curves;");
    database.exec("ALTER TABLE trials DROP COLUMN beta2");
  }
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a", 1))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w"))).ok());
  EXPECT_EQ(Query(path_, "SELECT beta2 FROM trials"), 0.999);
}

TEST_F(SqliteStoreTest, ViewsHaveTheNewestVerdictsOnClaims) {
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a", 2))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w", {}, 2))).ok());
  const auto judge = [&](const std::string& verdict, std::optional<double> q) {
    auto judged = std::make_shared<std::vector<JudgedConfig>>();
    judged->push_back({.claim = "c",
                       .config = 1,
                       .trial = 2,
                       .verdict = verdict,
                       .mean = 0.75,
                       .bound = 0.5,
                       .q = q,
                       .counterexamples = {2}});
    ASSERT_TRUE(store->Commit(Events{SweepJudged{1, 2, judged}}).ok());
  };
  judge("holds", 0.01);
  judge("fails", std::nullopt);
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM claim_verdicts WHERE sweep = 'a'"), 1);
  EXPECT_EQ(Query(path_,
                  "SELECT lr + mean FROM claim_verdicts WHERE verdict = 'fails' AND q IS NULL "
                  "AND low IS NULL AND config = 1"),
            0.752);
  EXPECT_EQ(Query(path_, "SELECT lr FROM claim_counterexamples WHERE claim = 'c' AND trial_id = 2"),
            2e-3);
  ASSERT_TRUE(store->Commit(coordinator_.Do(CancelSweep{"a"})).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Do(PruneSweep{"a"})).ok());
  EXPECT_EQ(Query(path_, "SELECT (SELECT count(*) FROM verdicts) + count(*) FROM counterexamples"),
            0);
}

// The view and the table must not tell two stories.
TEST_F(SqliteStoreTest, RobustnessViewAgreesWithTheAnalysis) {
  auto store = SqliteStore::Open(path_).value();
  const std::vector<double> values = {0.5, 0.995, 0.25, 1.0};
  ASSERT_TRUE(
      store->Commit(coordinator_.Submit(SmallSweep("a", 1, static_cast<int>(values.size())))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w", {}, 4))).ok());
  for (size_t i = 0; i < values.size(); ++i) {
    AttemptReport ended = Ended(static_cast<TrialId>(i) + 1, 1, Outcome::Kind::kCompleted);
    ended.measurements = {{10, "exact_match", 0.0}, {20, "exact_match", values[i]}};
    ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w", {ended}, 4))).ok());
  }
  const Estimate mean = MeanInterval(values, RangeOfMetric("exact_match"));
  const Estimate solved = WilsonInterval(2, 4);
  const std::string from = " FROM robustness WHERE metric = 'exact_match'";
  EXPECT_NEAR(Query(path_, "SELECT mean" + from), mean.value, 1e-12);
  EXPECT_NEAR(Query(path_, "SELECT low" + from), *mean.low, 1e-12);
  EXPECT_NEAR(Query(path_, "SELECT high" + from), *mean.high, 1e-12);
  EXPECT_NEAR(Query(path_, "SELECT solved" + from), solved.value, 1e-12);
  EXPECT_NEAR(Query(path_, "SELECT solved_low" + from), *solved.low, 1e-12);
  EXPECT_NEAR(Query(path_, "SELECT solved_high" + from), *solved.high, 1e-12);
  EXPECT_EQ(Query(path_, "SELECT n" + from), 4);
}

TEST_F(SqliteStoreTest, RobustnessViewHasNoIntervalFromOneSeed) {
  auto store = SqliteStore::Open(path_).value();
  ASSERT_TRUE(store->Commit(coordinator_.Submit(SmallSweep("a", 1))).ok());
  ASSERT_TRUE(store->Commit(coordinator_.Report(ReportOf("w"))).ok());
  ASSERT_TRUE(
      store->Commit(coordinator_.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)})))
          .ok());
  EXPECT_EQ(Query(path_, "SELECT count(*) FROM robustness WHERE low IS NULL AND high IS NULL"), 1);
}

}  // namespace
}  // namespace pathsweep

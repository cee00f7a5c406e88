#include "coordinator/store/results_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/sqlite_store.h"
#include "tests/coordinator/domain/fixtures.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ResultsReaderTest : public ::testing::Test {
 protected:
  void Commit(const Events& events) { ASSERT_TRUE(store_->Commit(events).ok()); }
  const Sweep& TheSweep() const { return *coordinator_.state.FindSweep("a"); }

  const TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_ = SqliteStore::Open(folder_.File("results.db")).value();
  std::unique_ptr<ResultsReader> reader_ = ResultsReader::Open(folder_.File("results.db")).value();
  Coordinator coordinator_;
};

TEST_F(ResultsReaderTest, TrialsWithoutARowComeFromTheirSweep) {
  Commit(coordinator_.Submit(SmallSweep("a", 3, 2)));
  Commit(coordinator_.Report(ReportOf("w")));
  const auto trials = reader_->Trials(TheSweep(), 0, 100).value();
  ASSERT_THAT(trials, SizeIs(6));
  EXPECT_EQ(trials[0].state, TrialState::kRunning);
  EXPECT_EQ(trials[0].worker, "w");
  EXPECT_EQ(trials[5].state, TrialState::kPending);
  EXPECT_EQ(trials[5].attempt, 0);
  EXPECT_EQ(trials[5].seed, 2);
  EXPECT_EQ(trials[5].parameters.lr, 3e-3);
}

TEST_F(ResultsReaderTest, PagesFollowOneAnother) {
  Commit(coordinator_.Submit(SmallSweep("a", 5)));
  EXPECT_THAT(reader_->Trials(TheSweep(), 0, 3).value(), SizeIs(3));
  const auto last = reader_->Trials(TheSweep(), 3, 3).value();
  ASSERT_THAT(last, SizeIs(2));
  EXPECT_EQ(last.back().id, 5);
  EXPECT_THAT(reader_->Trials(TheSweep(), 5, 3).value(), SizeIs(0));
}

TEST_F(ResultsReaderTest, NewestValueOfEachMetricIsTheResult) {
  Commit(coordinator_.Submit(SmallSweep("a", 1)));
  Commit(coordinator_.Report(ReportOf("w")));
  AttemptReport report = Running(1, 1);
  report.measurements = {{20, "exact_match", 0.75}, {10, "exact_match", 0.25}, {10, "x", 1.0}};
  Commit(coordinator_.Report(ReportOf("w", {report})));
  const auto trial = reader_->Trials(TheSweep(), 0, 1).value().front();
  EXPECT_EQ(trial.results.at("exact_match"), (Measurement{20, "exact_match", 0.75}));
  EXPECT_EQ(trial.results.at("x"), (Measurement{10, "x", 1.0}));
  const auto history = reader_->History(1).value();
  ASSERT_THAT(history, SizeIs(3));
  EXPECT_EQ(history.front(), (Measurement{10, "exact_match", 0.25}));
  EXPECT_EQ(history.back(), (Measurement{20, "exact_match", 0.75}));
}

TEST_F(ResultsReaderTest, FinalValuesAreThoseOfTrialsWithAResult) {
  Commit(coordinator_.Submit(SmallSweep("before", 1)));
  Commit(coordinator_.Submit(SmallSweep("a", 4)));
  Commit(coordinator_.Report(ReportOf("w", {}, 8)));
  AttemptReport done = Ended(2, 1, Outcome::Kind::kCompleted);
  done.measurements = {{20, "exact_match", 0.75}, {10, "exact_match", 0.25}};
  AttemptReport running = Running(3, 1);
  running.measurements = {{10, "exact_match", 0.5}};
  AttemptReport without = Ended(4, 1, Outcome::Kind::kDiverged);
  without.measurements.clear();
  Commit(coordinator_.Report(ReportOf("w", {done, running, without}, 8)));
  const std::vector<std::optional<double>> expected = {0.75, std::nullopt, std::nullopt,
                                                       std::nullopt};
  EXPECT_EQ(reader_->ReadFinal(TheSweep(), "exact_match")->values, expected);
  EXPECT_THAT(reader_->ReadFinal(TheSweep(), "exact_match")->without, ElementsAre(2));
  EXPECT_THAT(reader_->ReadFinal(TheSweep(), "never")->values, Each(std::nullopt));
  EXPECT_THAT(reader_->ReadFinal(TheSweep(), "never")->without, ElementsAre(0, 2));
  EXPECT_THAT(reader_->ReadMetricNames(TheSweep()).value(), ElementsAre("exact_match"));
}

TEST_F(ResultsReaderTest, CurvesAreThoseOfTrialsWithAResult) {
  Commit(coordinator_.Submit(SmallSweep("a", 3)));
  Commit(coordinator_.Report(ReportOf("w", {}, 8)));
  AttemptReport done = Ended(1, 1, Outcome::Kind::kCompleted);
  done.measurements = {{20, "exact_match", 0.75}, {10, "exact_match", 0.25}, {10, "x", 1.0}};
  AttemptReport without = Ended(2, 1, Outcome::Kind::kDiverged);
  without.measurements.clear();
  AttemptReport running = Running(3, 1);
  running.measurements = {{10, "exact_match", 0.5}};
  Commit(coordinator_.Report(ReportOf("w", {done, without, running}, 8)));
  std::vector<TrialId> seen;
  const auto take = [&](TrialId trial, const std::vector<StepValue>& curve) {
    seen.push_back(trial);
    EXPECT_THAT(curve, SizeIs(2));
    EXPECT_EQ(curve.front().step, 10);
    EXPECT_EQ(curve.back().value, 0.75);
    return absl::CancelledError("enough");
  };
  EXPECT_EQ(reader_->ReadCurves(TheSweep(), "exact_match", take), absl::CancelledError("enough"));
  EXPECT_THAT(seen, ElementsAre(1));
  EXPECT_EQ(reader_->ReadCurves(TheSweep(), "never", take), absl::OkStatus());
}

TEST_F(ResultsReaderTest, StepsToSolveAreThoseOfTheFirstTime) {
  SweepSpec spec = SmallSweep("a", 3);
  spec.max_attempts = 1;
  Commit(coordinator_.Submit(spec));
  Commit(coordinator_.Report(ReportOf("w", {}, 8)));
  AttemptReport first = Ended(1, 1, Outcome::Kind::kCompleted);
  first.measurements = {{10, "exact_match", 0.2},
                        {20, "exact_match", 1},
                        {30, "exact_match", 0.5},
                        {40, "exact_match", 1}};
  AttemptReport never = Ended(2, 1, Outcome::Kind::kCompleted);
  never.measurements = {{40, "exact_match", 0.5}};
  AttemptReport failed = Ended(3, 1, Outcome::Kind::kCrashed);
  Commit(coordinator_.Report(ReportOf("w", {first, never, failed}, 8)));
  EXPECT_THAT(reader_->ReadStepsToSolve(TheSweep())->values,
              ElementsAre(20.0, std::nullopt, std::nullopt));
  EXPECT_THAT(reader_->ReadStepsToSolve(TheSweep())->without, ElementsAre(1));
  EXPECT_THAT(reader_->ReadThose(TheSweep(), TrialState::kFailed).value(), ElementsAre(2));
}

TEST_F(ResultsReaderTest, AttemptsSayWhereTheyRan) {
  Commit(coordinator_.Submit(SmallSweep("a", 1)));
  WorkerReport first = ReportOf("w");
  first.worker.device = "cuda:1";
  first.worker.device_name = "H100";
  first.worker.build = "0.1.0 abc";
  first.worker.libtorch = "2.13.0";
  first.worker.threads = 4;
  Commit(coordinator_.Report(first));
  AttemptReport released = Ended(1, 1, Outcome::Kind::kReleased);
  released.outcome->execution = {3, "CUDA graph", 12.5};
  first.attempts = {released};
  first.leaving = true;
  Commit(coordinator_.Report(first));
  Commit(coordinator_.Report(ReportOf("v")));
  AttemptReport done = Ended(1, 2, Outcome::Kind::kCompleted);
  done.outcome->execution.fused = 1;
  done.outcome->metrics_hash = 0xABC;
  Commit(coordinator_.Report(ReportOf("v", {done})));
  const auto attempts = reader_->Attempts(1).value();
  ASSERT_THAT(attempts, SizeIs(2));
  EXPECT_EQ(attempts[0].number, 1);
  EXPECT_EQ(attempts[0].worker, "w");
  EXPECT_EQ(attempts[0].device, "cuda:1");
  EXPECT_EQ(attempts[0].device_name, "H100");
  EXPECT_EQ(attempts[0].build, "0.1.0 abc");
  EXPECT_EQ(attempts[0].libtorch, "2.13.0");
  EXPECT_EQ(attempts[0].threads, 4);
  EXPECT_EQ(attempts[0].execution, (Execution{3, "CUDA graph", 12.5}));
  EXPECT_EQ(attempts[1].worker, "v");
  EXPECT_EQ(attempts[1].build, "");
  EXPECT_EQ(attempts[1].execution, (Execution{1, "", 0}));
  EXPECT_TRUE(attempts[1].ended_at.has_value());
  EXPECT_EQ(reader_->Trials(TheSweep(), 0, 1).value().front().metrics_hash, "0000000000000abc");
  const auto environments = reader_->ReadEnvironments(TheSweep()).value();
  ASSERT_THAT(environments, SizeIs(2));
  const bool known_first = !environments[0].build.empty();
  const EnvironmentRecord& known = environments[known_first ? 0 : 1];
  EXPECT_EQ(known.libtorch, "2.13.0");
  EXPECT_EQ(known.device_name, "H100");
  EXPECT_EQ(known.threads, 4);
  EXPECT_EQ(known.attempts, 1);
}

TEST_F(ResultsReaderTest, PagesGoOverWhatWasAddedLater) {
  Commit(coordinator_.Submit(SmallSweep("a", 2)));
  Commit(coordinator_.Submit(SmallSweep("b", 2)));
  Commit(coordinator_.Do(ExtendSweep{"a", {{}, {2}}}));
  Commit(coordinator_.Do(CancelTrial{6}));
  const auto trials = reader_->Trials(TheSweep(), 1, 10).value();
  ASSERT_THAT(trials, SizeIs(3));
  EXPECT_EQ(trials[0].id, 2);
  EXPECT_EQ(trials[1].id, 5);
  EXPECT_EQ(trials[1].seed, 2);
  EXPECT_EQ(trials[2].state, TrialState::kCancelled);
}

TEST_F(ResultsReaderTest, FindsWhatANewSweepMayTakeOver) {
  Commit(coordinator_.Submit(SmallSweep("a", 2, 2)));
  Commit(coordinator_.Report(ReportOf("w", {}, 4)));
  Commit(coordinator_.Report(ReportOf(
      "w", {Ended(1, 1, Outcome::Kind::kCompleted), Ended(4, 1, Outcome::Kind::kSolved)}, 4)));
  // As the first, but for one value and the order of the seeds.
  SweepSpec wider = SmallSweep("wider", 3, 2);
  wider.grid.seeds = {2, 1};
  const auto found = reader_->Reusable(wider.grid).value();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].number, 1);  // seed 2, lr 2e-3
  EXPECT_EQ(found[0].from, 4);
  EXPECT_EQ(found[0].reason, "solved");
  EXPECT_EQ(found[1].number, 3);  // seed 1, lr 1e-3
  EXPECT_EQ(found[1].from, 1);
  // The same as points, among others.
  SweepSpec points = wider;
  points.grid.axes.clear();
  const int64_t depth = points.grid.fixed.depth;
  points.grid.joint = {
      JointAxis({"lr", "depth"}, {{9e-3, depth}, {2e-3, depth}, {1e-3, depth + 1}, {1e-3, depth}})};
  const auto joint = reader_->Reusable(points.grid).value();
  ASSERT_THAT(joint, SizeIs(2));
  EXPECT_EQ(joint[0].number, 1);
  EXPECT_EQ(joint[0].from, 4);
  EXPECT_EQ(joint[1].number, 7);
  EXPECT_EQ(joint[1].from, 1);
  SweepSpec other = wider;
  other.grid.fixed.depth = 7;
  EXPECT_THAT(reader_->Reusable(other.grid).value(), SizeIs(0));
}

TEST_F(ResultsReaderTest, ReusesACopyOnceTheOriginalIsPruned) {
  const SweepSpec spec = SmallSweep("a", 1);
  Commit(coordinator_.Submit(spec));
  Commit(coordinator_.Report(ReportOf("w")));
  Commit(coordinator_.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)})));
  Commit(coordinator_.Do(SubmitSweep{"b", spec, reader_->Reusable(spec.grid).value()}));
  EXPECT_EQ(reader_->Reusable(spec.grid).value().at(0).from, 1);
  Commit(coordinator_.Do(PruneSweep{"1"}));
  EXPECT_EQ(reader_->Reusable(spec.grid).value().at(0).from, 2);
}

}  // namespace
}  // namespace pathsweep

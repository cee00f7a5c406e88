#include "worker/agent/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr AttemptKey kAttempt{7, 1};

v1::WorkerDescription Worker() {
  v1::WorkerDescription worker;
  worker.set_name("w");
  worker.set_slots(1);
  return worker;
}

v1::Directive LeaseOf(AttemptKey attempt) {
  v1::Directive directive;
  v1::Lease& lease = *directive.add_leases();
  lease.set_trial_id(attempt.first);
  lease.set_attempt(attempt.second);
  lease.set_seed(3);
  ToProto(TrialParameters(), *lease.mutable_parameters());
  return directive;
}

v1::Directive Acknowledging(uint64_t sequence) {
  v1::Directive directive;
  directive.set_acknowledged_sequence(sequence);
  return directive;
}

v1::Directive Saying(AttemptKey attempt, v1::AttemptDirective::Desired desired) {
  v1::Directive directive;
  v1::AttemptDirective& said = *directive.add_attempts();
  said.set_trial_id(attempt.first);
  said.set_attempt(attempt.second);
  said.set_desired(desired);
  return directive;
}

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { assignments_ = session_.Follow(LeaseOf(kAttempt)); }

  Session session_{Worker()};
  std::vector<Assignment> assignments_;
};

TEST_F(SessionTest, LeaseIsStartedOnceHoweverOftenItIsRepeated) {
  ASSERT_THAT(assignments_, SizeIs(1));
  EXPECT_EQ(assignments_[0].attempt, kAttempt);
  EXPECT_EQ(assignments_[0].seed, 3u);
  EXPECT_TRUE(assignments_[0].parameters.ok());
  EXPECT_THAT(session_.Follow(LeaseOf(kAttempt)), IsEmpty());
}

TEST_F(SessionTest, LeaseWithUnknownParametersCarriesTheError) {
  v1::Directive directive = LeaseOf({8, 1});
  directive.mutable_leases(0)->add_parameters()->set_name("warp");
  const std::vector<Assignment> assignments = session_.Follow(directive);
  ASSERT_THAT(assignments, SizeIs(1));
  EXPECT_FALSE(assignments[0].parameters.ok());
}

TEST_F(SessionTest, EveryReportSaysAllThatIsNotAcknowledged) {
  session_.Measured(kAttempt, 10, {{"exact_match", 0.5}});
  EXPECT_EQ(session_.MakeReport().attempts(0).measurements_size(), 1);
  session_.Measured(kAttempt, 20, {{"exact_match", 0.6}});
  const v1::WorkerReport second = session_.MakeReport();
  EXPECT_EQ(second.sequence(), 2u);
  EXPECT_EQ(second.attempts(0).measurements_size(), 2);
  session_.Follow(Acknowledging(1));
  const v1::WorkerReport third = session_.MakeReport();
  ASSERT_EQ(third.attempts(0).measurements_size(), 1);
  EXPECT_EQ(third.attempts(0).measurements(0).step(), 20);
  session_.Follow(Acknowledging(3));
  EXPECT_EQ(session_.MakeReport().attempts(0).measurements_size(), 0);
}

TEST_F(SessionTest, OldAcknowledgementDropsNothingNew) {
  session_.MakeReport();
  session_.Measured(kAttempt, 10, {{"exact_match", 0.5}});
  session_.Follow(Acknowledging(1));
  session_.Follow(Acknowledging(1));
  EXPECT_EQ(session_.MakeReport().attempts(0).measurements_size(), 1);
}

TEST_F(SessionTest, OutcomeIsRepeatedUntilAcknowledgedAndThenForgotten) {
  session_.Ended(kAttempt, {TrialOutcome::Kind::kSolved, "solved at step 10"});
  for (int repeat = 0; repeat < 2; ++repeat) {
    const v1::WorkerReport report = session_.MakeReport();
    EXPECT_EQ(report.attempts(0).outcome().kind(), v1::Outcome::SOLVED);
  }
  session_.Follow(Acknowledging(1));
  EXPECT_EQ(session_.MakeReport().attempts_size(), 0);
}

TEST_F(SessionTest, HeldOutcomeIsReportedOnceItIsReleased) {
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""}, /*held=*/true);
  EXPECT_FALSE(session_.IsRunning(kAttempt));
  const v1::WorkerReport before = session_.MakeReport();
  ASSERT_EQ(before.attempts_size(), 1) << "its lease goes on";
  EXPECT_FALSE(before.attempts(0).has_outcome());
  session_.Follow(Acknowledging(1));
  EXPECT_TRUE(session_.Holds(kAttempt));
  session_.Release(kAttempt);
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::COMPLETED);
}

TEST_F(SessionTest, LeavingReportsWhatWasHeld) {
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""}, /*held=*/true);
  session_.Leave();
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::COMPLETED);
}

TEST_F(SessionTest, AcknowledgementBeforeTheOutcomeWasReportedKeepsIt) {
  session_.MakeReport();
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""});
  session_.Follow(Acknowledging(1));
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::COMPLETED);
}

TEST_F(SessionTest, EachEndHasItsOutcome) {
  const std::vector<std::pair<TrialOutcome::Kind, v1::Outcome::Kind>> table = {
      {TrialOutcome::Kind::kCompleted, v1::Outcome::COMPLETED},
      {TrialOutcome::Kind::kSolved, v1::Outcome::SOLVED},
      {TrialOutcome::Kind::kDiverged, v1::Outcome::DIVERGED},
      {TrialOutcome::Kind::kCrashed, v1::Outcome::CRASHED},
      {TrialOutcome::Kind::kInterrupted, v1::Outcome::RELEASED},
  };
  for (const auto& [kind, said] : table) {
    Session session(Worker());
    session.Follow(LeaseOf(kAttempt));
    session.Ended(kAttempt, {kind, "detail"});
    EXPECT_EQ(session.MakeReport().attempts(0).outcome().kind(), said);
  }
}

TEST_F(SessionTest, WhoIsCrowdedOutIsHandedBack) {
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCrowdedOut, "no room"});
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::RELEASED);
}

TEST_F(SessionTest, SlotsAreGivenUpDownToOneAndComeBack) {
  v1::WorkerDescription worker = Worker();
  worker.set_slots(2);
  Session session(worker);
  EXPECT_TRUE(session.GiveUpSlot());
  EXPECT_FALSE(session.GiveUpSlot());
  EXPECT_EQ(session.MakeReport().worker().slots(), 1);
  session.AddSlots(1);
  EXPECT_EQ(session.MakeReport().worker().slots(), 2);
}

TEST_F(SessionTest, StopIsObeyedAndReportedAsSuch) {
  EXPECT_FALSE(session_.ShouldStop(kAttempt));
  session_.Follow(Saying(kAttempt, v1::AttemptDirective::STOP));
  EXPECT_TRUE(session_.ShouldStop(kAttempt));
  session_.Ended(kAttempt, {TrialOutcome::Kind::kInterrupted, ""});
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::STOPPED);
}

TEST_F(SessionTest, DroppedAttemptIsForgottenAtOnce) {
  session_.Follow(Saying(kAttempt, v1::AttemptDirective::DROP));
  EXPECT_TRUE(session_.ShouldStop(kAttempt));
  session_.Measured(kAttempt, 10, {{"exact_match", 0.5}});
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""});
  EXPECT_EQ(session_.MakeReport().attempts_size(), 0);
}

TEST_F(SessionTest, DirectivesForAttemptsItDoesNotHoldAreHarmless) {
  session_.Follow(Saying({99, 1}, v1::AttemptDirective::DROP));
  session_.Follow(Saying({7, 2}, v1::AttemptDirective::STOP));
  EXPECT_FALSE(session_.ShouldStop(kAttempt));
}

TEST_F(SessionTest, ValuesThatAreNotFiniteAreLeftOut) {
  session_.Measured(kAttempt, 10, {{"a", std::numeric_limits<double>::quiet_NaN()}, {"b", 1}});
  const v1::WorkerReport report = session_.MakeReport();
  ASSERT_EQ(report.attempts(0).measurements_size(), 1);
  EXPECT_EQ(report.attempts(0).measurements(0).metric(), "b");
}

TEST_F(SessionTest, VeryManyMeasurementsGoInSeveralReportsAndTheOutcomeInTheLast) {
  constexpr int kMany = 30'000;
  for (int step = 1; step <= kMany; ++step) session_.Measured(kAttempt, step, {{"a", 1}});
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""});
  const v1::WorkerReport first = session_.MakeReport();
  EXPECT_FALSE(first.attempts(0).has_outcome());
  EXPECT_LT(first.ByteSizeLong(), 4u << 20);
  session_.Follow(Acknowledging(1));
  EXPECT_TRUE(session_.WaitToReport(absl::InfiniteFuture()));  // there is more: at once
  const v1::WorkerReport second = session_.MakeReport();
  EXPECT_TRUE(second.attempts(0).has_outcome());
  EXPECT_EQ(first.attempts(0).measurements_size() + second.attempts(0).measurements_size(), kMany);
}

TEST_F(SessionTest, LeavingHandsBackAtOnceTakesNoLeaseAndEndsWhenAllIsAcknowledged) {
  session_.Leave();
  EXPECT_TRUE(session_.ShouldStop(kAttempt));
  EXPECT_THAT(session_.Follow(LeaseOf({8, 1})), IsEmpty());
  const v1::WorkerReport report = session_.MakeReport();
  EXPECT_TRUE(report.leaving());
  EXPECT_EQ(report.attempts(0).outcome().kind(), v1::Outcome::RELEASED);
  session_.Ended(kAttempt, {TrialOutcome::Kind::kInterrupted, ""});  // the thread, later
  EXPECT_FALSE(session_.Left());
  session_.Follow(Acknowledging(1));
  EXPECT_TRUE(session_.Left());
  EXPECT_FALSE(session_.WaitToReport(absl::InfiniteFuture()));
}

TEST_F(SessionTest, ReportsWaitForNewsAndForTheLastAcknowledgement) {
  session_.MakeReport();
  session_.Measured(kAttempt, 10, {{"a", 1}});
  EXPECT_TRUE(session_.WaitToReport(absl::InfinitePast()));  // unacknowledged: not yet ready
  session_.Follow(Acknowledging(1));
  EXPECT_TRUE(session_.WaitToReport(absl::InfiniteFuture()));  // ready: returns at once
}

TEST_F(SessionTest, WaitsUntilMeasurementsAreKeptOrTheAttemptIsOver) {
  const std::vector<MetricValue> metrics = {{"exact_match", 0.5}};
  session_.Measured(kAttempt, 10, metrics);
  session_.Measured(kAttempt, 20, metrics);
  EXPECT_TRUE(session_.WaitUntilKept(kAttempt, 9, absl::InfinitePast()));
  EXPECT_FALSE(session_.WaitUntilKept(kAttempt, 10, absl::InfinitePast()));
  session_.Follow(Acknowledging(session_.MakeReport().sequence()));
  EXPECT_TRUE(session_.WaitUntilKept(kAttempt, 20, absl::InfinitePast()));
  session_.Ended(kAttempt, {TrialOutcome::Kind::kCompleted, ""});
  EXPECT_FALSE(session_.WaitUntilKept(kAttempt, 20, absl::InfiniteFuture()));
}

}  // namespace
}  // namespace pathsweep

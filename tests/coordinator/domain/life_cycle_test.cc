// What users do to sweeps and trials: extend, cancel one, take results over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ExtendSweep, AFinishedSweepRunsWhatIsNew) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Submit(SmallSweep("b", 1));
  coordinator.Report(ReportOf("w", {}, 2));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}, 2));
  EXPECT_TRUE(coordinator.state.FindSweep("a")->Ended());
  const Events events = coordinator.Do(ExtendSweep{"a", {{}, {1, 2}}});
  EXPECT_THAT(Only<SweepExtended>(events), SizeIs(1));
  const auto leased = Only<AttemptLeased>(events);
  ASSERT_THAT(leased, SizeIs(1));
  EXPECT_EQ(leased[0].attempt.trial, 3) << "2 is of the other sweep";
  EXPECT_EQ(leased[0].seed, 2);
  EXPECT_EQ(leased[0].config, 0);
  EXPECT_THAT(coordinator.Do(ExtendSweep{"a", {{}, {1, 2}}}), IsEmpty()) << "said again";
}

TEST(ExtendSweep, OfACancelledSweepIsRefused) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Do(CancelSweep{"a"});
  coordinator.Do(ExtendSweep{"a", {{}, {2}}});
  EXPECT_TRUE(absl::IsFailedPrecondition(coordinator.status)) << coordinator.status;
  coordinator.Do(ExtendSweep{"b", {{}, {2}}});
  EXPECT_TRUE(absl::IsNotFound(coordinator.status)) << coordinator.status;
}

TEST(PruneSweep, AnEndedSweepGoesAndItsIdsAreNotGivenAgain) {
  Coordinator coordinator;
  SweepSpec once = SmallSweep("a", 2);
  once.max_attempts = 1;
  coordinator.Submit(once, "first");
  coordinator.Report(ReportOf("w", {}, 2));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}, 2));
  coordinator.Do(PruneSweep{"a"});
  EXPECT_TRUE(absl::IsFailedPrecondition(coordinator.status)) << "trial 2 runs";
  coordinator.Report(ReportOf("w", {Ended(2, 1, Outcome::Kind::kCrashed)}, 2));
  EXPECT_THAT(Only<SweepPruned>(coordinator.Do(PruneSweep{"a"})), SizeIs(1));
  EXPECT_THAT(coordinator.state.sweeps, IsEmpty());
  EXPECT_THAT(coordinator.state.sweep_by_block, IsEmpty());
  EXPECT_THAT(coordinator.state.failed_trials, IsEmpty());
  coordinator.Do(PruneSweep{"a"});
  EXPECT_TRUE(absl::IsNotFound(coordinator.status)) << coordinator.status;
  const WorkerReport late = ReportOf("w", {Ended(2, 1, Outcome::Kind::kCompleted)}, 2);
  EXPECT_THAT(Only<TrialEnded>(coordinator.Report(late)), IsEmpty());

  coordinator.Submit(SmallSweep("a", 1), "first");
  const Sweep* anew = coordinator.state.FindSweep("a");
  ASSERT_NE(anew, nullptr) << "name and request are free";
  EXPECT_EQ(anew->id, 2);
  EXPECT_EQ(anew->blocks.front().first_trial, 3);
}

TEST(PruneSweep, WhatWasFoundToReuseMayBeGone) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  coordinator.Do(PruneSweep{"a"});
  const Events events = coordinator.Do(SubmitSweep{"b", SmallSweep("b", 1), {{0, 1, "completed"}}});
  EXPECT_THAT(Only<TrialSettled>(events), IsEmpty());
  EXPECT_THAT(Only<AttemptLeased>(events), SizeIs(1));
}

TEST(CancelTrial, RunningWaitingOrEnded) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 4));
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  coordinator.Do(CancelTrial{3});  // never leased
  const Events events = coordinator.Do(CancelTrial{1});
  EXPECT_THAT(Only<TrialEnded>(events), SizeIs(1));
  const auto next = Only<AttemptLeased>(events);
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].attempt.trial, 2);
  EXPECT_EQ(DirectiveFor(coordinator.state, "w", {}).attempts[0].wish, Directive::Wish::kDrop);
  EXPECT_THAT(coordinator.Do(CancelTrial{1}), IsEmpty()) << "it has ended";
  EXPECT_THAT(coordinator.Do(CancelTrial{3}), IsEmpty());
  const Events after = coordinator.Report(ReportOf("w", {Ended(2, 1, Outcome::Kind::kCompleted)}));
  EXPECT_EQ(Only<AttemptLeased>(after).at(0).attempt.trial, 4) << "3 is passed over";
  coordinator.Report(ReportOf("w", {Ended(4, 1, Outcome::Kind::kCompleted)}));
  EXPECT_TRUE(coordinator.state.FindSweep("a")->Ended());
  EXPECT_EQ(coordinator.Count("a", TrialState::kCancelled), 2);
  coordinator.Do(CancelTrial{99});
  EXPECT_TRUE(absl::IsNotFound(coordinator.status));
}

TEST(SubmitSweep, TrialsWhoseResultsAreReusedAreNotTrained) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("source", 2));
  coordinator.Report(ReportOf("w", {}, 4));
  const Events events = coordinator.Do(
      SubmitSweep{"id", SmallSweep("a", 3), {{0, 1, "completed"}, {2, 2, "solved"}}});
  EXPECT_THAT(Only<TrialSettled>(events), SizeIs(2));
  const auto leased = Only<AttemptLeased>(events);
  ASSERT_THAT(leased, SizeIs(1));
  EXPECT_EQ(leased[0].attempt.trial, 4);
  EXPECT_EQ(coordinator.Count("a", TrialState::kSucceeded), 2);
}

TEST(Lease, OfASweepWithALengthOfItsOwn) {
  Coordinator coordinator({.lease = absl::Seconds(60)});
  SweepSpec spec = SmallSweep("a", 1);
  spec.lease = absl::Seconds(6);
  coordinator.Submit(spec);
  coordinator.Report(ReportOf("w"));
  EXPECT_EQ(DirectiveFor(coordinator.state, "w", {}).report_interval, absl::Seconds(2));
  coordinator.now += absl::Seconds(5);
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  coordinator.now += absl::Seconds(5);
  EXPECT_THAT(Only<AttemptEnded>(coordinator.Do(ExpireLeases{})), IsEmpty());
  coordinator.now += absl::Seconds(1);
  EXPECT_THAT(Only<AttemptEnded>(coordinator.Do(ExpireLeases{})), SizeIs(1));
}

}  // namespace
}  // namespace pathsweep

#include "coordinator/domain/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/sweep_name.h"
#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SubmitSweep, GivesEveryTrialAnIdOfItsOwn) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("first", 3, 2));
  coordinator.Submit(SmallSweep("second"));
  EXPECT_EQ(coordinator.state.FindSweep("first")->TrialAt(0), 1);
  EXPECT_EQ(coordinator.state.FindSweep("second")->TrialAt(0), 7);
  EXPECT_EQ(coordinator.state.SweepOfTrial(6)->spec.name, "first");
  EXPECT_EQ(coordinator.state.SweepOfTrial(7)->spec.name, "second");
  EXPECT_EQ(coordinator.state.SweepOfTrial(0), nullptr);
  EXPECT_EQ(coordinator.state.SweepOfTrial(9), nullptr);
}

TEST(SubmitSweep, RepeatedRequestChangesNothing) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a"), "request");
  EXPECT_THAT(coordinator.Submit(SmallSweep("a"), "request"), IsEmpty());
  EXPECT_THAT(coordinator.state.sweeps, SizeIs(1));
}

TEST(SubmitSweep, TakenNameGetsASuffix) {
  Coordinator coordinator;
  for (const char* request : {"1", "2", "3"}) coordinator.Submit(SmallSweep("a"), request);
  EXPECT_NE(coordinator.state.FindSweep("a-2"), nullptr);
  EXPECT_NE(coordinator.state.FindSweep("a-3"), nullptr);
}

TEST(SubmitSweep, TheLongestNameLosesItsEndToTheSuffix) {
  Coordinator coordinator;
  const std::string name(kLongestSweepName, 'x');
  for (const char* request : {"1", "2"}) coordinator.Submit(SmallSweep(name), request);
  EXPECT_NE(coordinator.state.FindSweep(name), nullptr);
  EXPECT_NE(coordinator.state.FindSweep(name.substr(2) + "-2"), nullptr);
}

TEST(SubmitSweep, RunsTheWholeGridWithOneSeedBeforeTheNext) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 2, 2));
  const Sweep& sweep = *coordinator.state.FindSweep("a");
  EXPECT_EQ(sweep.SeedOf(1), 1);
  EXPECT_EQ(sweep.SeedOf(2), 1);
  EXPECT_EQ(sweep.SeedOf(3), 2);
  EXPECT_EQ(sweep.ParametersOf(2).lr, 2e-3);
  EXPECT_EQ(sweep.ParametersOf(3).lr, 1e-3);
}

// Holding each attempt against all others would take minutes.
TEST(Worker, MayNameHalfAMillionAttempts) {
  Coordinator coordinator;
  WorkerReport report = ReportOf("w");
  for (int i = 0; i < 500'000; ++i) report.attempts.push_back(Running(i, 1));
  report.attempts.push_back(Running(0, 1));
  coordinator.Report(report);
  EXPECT_THAT(coordinator.state.workers.at("w").reported, SizeIs(500'000));
}

TEST(Worker, GetsATrialForEachSlotAndNoMore) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 5));
  const auto leased = Only<AttemptLeased>(coordinator.Report(ReportOf("w", {}, 2)));
  ASSERT_THAT(leased, SizeIs(2));
  EXPECT_EQ(leased[0].attempt, (AttemptName{1, 1}));
  EXPECT_EQ(leased[1].attempt, (AttemptName{2, 1}));
  EXPECT_THAT(Only<AttemptLeased>(coordinator.Report(ReportOf("w", {}, 2))), IsEmpty());
}

TEST(Worker, ThatWaitsGetsANewSweepAtOnce) {
  Coordinator coordinator;
  coordinator.Report(ReportOf("w"));
  EXPECT_THAT(Only<AttemptLeased>(coordinator.Submit(SmallSweep("a"))), SizeIs(1));
}

TEST(Worker, ThatIsLeavingGetsNothing) {
  Coordinator coordinator;
  WorkerReport report = ReportOf("w");
  report.leaving = true;
  coordinator.Report(report);
  EXPECT_THAT(Only<AttemptLeased>(coordinator.Submit(SmallSweep("a"))), IsEmpty());
}

TEST(Worker, ThatIsLeavingHandsBackTheLeaseThatItNeverTook) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  WorkerReport report = ReportOf("w");
  report.leaving = true;
  const auto ended = Only<AttemptEnded>(coordinator.Report(report));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_FALSE(ended[0].counts_as_lost);
  EXPECT_EQ(coordinator.Count("a", TrialState::kPending), 1);
}

TEST(Worker, LeaseIsRepeatedUntilTheWorkerNamesIt) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w"));
  const Directive lost = DirectiveFor(coordinator.state, "w", {});
  ASSERT_THAT(lost.leases, SizeIs(1));
  EXPECT_EQ(lost.leases[0].attempt, (AttemptName{1, 1}));
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  const Directive heard = DirectiveFor(coordinator.state, "w", {});
  EXPECT_THAT(heard.leases, IsEmpty());
  ASSERT_THAT(heard.attempts, SizeIs(1));
  EXPECT_EQ(heard.attempts[0].wish, Directive::Wish::kContinue);
}

TEST(Outcome, EndsTheTrialOnceHoweverOftenItIsRepeated) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  const WorkerReport ended = ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)});
  EXPECT_THAT(Only<TrialEnded>(coordinator.Report(ended)), SizeIs(1));
  const Events repeated = coordinator.Report(ended);
  EXPECT_THAT(Only<TrialEnded>(repeated), IsEmpty());
  EXPECT_THAT(Only<MeasurementsReported>(repeated), IsEmpty());
  EXPECT_EQ(coordinator.Count("a", TrialState::kSucceeded), 1);
  EXPECT_TRUE(coordinator.state.FindSweep("a")->Ended());
}

TEST(Outcome, EachKindHasItsStateAndReason) {
  const std::vector<std::tuple<Outcome::Kind, TrialState, std::string>> table = {
      {Outcome::Kind::kCompleted, TrialState::kSucceeded, "completed"},
      {Outcome::Kind::kSolved, TrialState::kSucceeded, "solved"},
      {Outcome::Kind::kDiverged, TrialState::kSucceeded, "diverged"},
  };
  for (const auto& [kind, state, reason] : table) {
    Coordinator coordinator;
    coordinator.Submit(SmallSweep("a", 1));
    coordinator.Report(ReportOf("w"));
    const auto ended = Only<TrialEnded>(coordinator.Report(ReportOf("w", {Ended(1, 1, kind)})));
    ASSERT_THAT(ended, SizeIs(1));
    EXPECT_EQ(ended[0].state, state);
    EXPECT_EQ(ended[0].reason, reason);
    EXPECT_EQ(coordinator.Count("a", state), 1);
  }
}

// One config with rungs after steps 250 and 500.
SweepSpec WithRungs(int configs = 1) {
  SweepSpec spec = SmallSweep("a", configs);
  spec.early_stopping = {.hyperband = HyperbandRule{.eta = 2, .pauses = true}};
  return spec;
}

Steering Stop(TrialId trial) { return {.stops = {{trial, {kPlateau, "flat"}}}, .promoted = {}}; }

TEST(Pause, TrialsWaitAtARungUntilTheyArePromoted) {
  Coordinator coordinator;
  coordinator.Submit(WithRungs());
  coordinator.Report(ReportOf("w"));
  EXPECT_EQ(DirectiveFor(coordinator.state, "w", {}).leases[0].pause_at_step, 250);
  const Events paused = coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kPaused)}));
  EXPECT_THAT(Only<AttemptPaused>(paused), SizeIs(1));
  EXPECT_THAT(Only<AttemptLeased>(paused), IsEmpty());
  EXPECT_EQ(coordinator.Count("a", TrialState::kPaused), 1);
  EXPECT_FALSE(coordinator.state.FindSweep("a")->TrialsEnded());
  const Events promoted = coordinator.Do(SteerTrials{1, 1, {.stops = {}, .promoted = {1, 1, 7}}});
  EXPECT_THAT(Only<TrialPromoted>(promoted), SizeIs(1));
  ASSERT_THAT(Only<AttemptLeased>(promoted), SizeIs(1));
  EXPECT_EQ(DirectiveFor(coordinator.state, "w", {}).leases[0].pause_at_step, 500);
  EXPECT_EQ(coordinator.state.live_trials.at(1).rung, 1);
}

TEST(Pause, ClaimedConfigsDoNotPause) {
  SweepSpec spec = WithRungs(2);
  spec.claims = {{"solves",
                  {ClaimCondition{.parameter = "lr", .values = {1e-3}}},
                  "exact_match",
                  BoundClaim{BoundClaim::Side::kAtLeast,
                             Expression::Parse("0.9", Expression::Type::kNumber).value()}}};
  const Sweep sweep = NewSweep(spec, 1);
  EXPECT_EQ(sweep.PauseOf(1, 0), 0);
  EXPECT_EQ(sweep.PauseOf(2, 0), 250);
  EXPECT_EQ(sweep.PauseOf(2, 4), 16 * 250);
  EXPECT_EQ(sweep.PauseOf(2, 5), 0) << "it ends after 20 evaluations";
}

TEST(Pause, OneThatNobodyAskedForIsGivenBack) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  const Events events = coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kPaused)}));
  EXPECT_THAT(Only<AttemptEnded>(events), SizeIs(1));
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 1) << "leased again";
}

TEST(Stop, ARunningTrialIsToldAndEndsByItsOutcome) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  EXPECT_THAT(Only<StopOrdered>(coordinator.Do(SteerTrials{1, 1, Stop(1)})), SizeIs(1));
  EXPECT_THAT(coordinator.Do(SteerTrials{1, 1, Stop(1)}), IsEmpty()) << "once";
  const Directive directive = DirectiveFor(coordinator.state, "w", {});
  EXPECT_EQ(directive.attempts[0].wish, Directive::Wish::kStop);
  EXPECT_EQ(directive.attempts[0].reason, "plateau");
  const auto ended =
      Only<TrialEnded>(coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kStopped)})));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].state, TrialState::kStopped);
  EXPECT_EQ(ended[0].reason, "plateau");
  EXPECT_EQ(ended[0].detail, "flat");
  EXPECT_THAT(coordinator.state.stop_orders, IsEmpty());
}

TEST(Stop, HoldsThoughItsWorkerIsLost) {
  for (const Outcome::Kind kind : {Outcome::Kind::kReleased, Outcome::Kind::kCrashed}) {
    Coordinator coordinator;
    coordinator.Submit(SmallSweep("a", 1));
    coordinator.Report(ReportOf("w"));
    coordinator.Do(SteerTrials{1, 1, Stop(1)});
    coordinator.Report(ReportOf("w", {Ended(1, 1, kind)}));
    EXPECT_EQ(coordinator.Count("a", TrialState::kStopped), 1);
  }
}

// A coordinator that was started anew knows of no order, and its planner will say why.
TEST(Stop, WithoutAnOrderIsNoEnd) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  const Events events = coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kStopped)}));
  EXPECT_THAT(Only<TrialEnded>(events), IsEmpty());
  EXPECT_THAT(Only<AttemptEnded>(events), SizeIs(1));
}

TEST(Stop, TheLastOnesEndOnlyWhereNothingGoesOn) {
  Coordinator coordinator;
  coordinator.Submit(WithRungs(2));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kPaused)}));
  Steering last = Stop(1);
  last.last = true;
  coordinator.Do(SteerTrials{1, 2, last});
  EXPECT_TRUE(absl::IsAborted(coordinator.status)) << "the second trial runs";
  EXPECT_EQ(coordinator.Count("a", TrialState::kPaused), 1);
}

TEST(Stop, AnEndByItselfIsFirst) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Do(SteerTrials{1, 1, Stop(1)});
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  EXPECT_EQ(coordinator.Count("a", TrialState::kSucceeded), 1);
}

TEST(Stop, WhatIsPausedEndsAtOnceAndWhatHasEndedStays) {
  Coordinator coordinator;
  coordinator.Submit(WithRungs());
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kPaused)}));
  EXPECT_THAT(Only<TrialEnded>(coordinator.Do(SteerTrials{1, 1, Stop(1)})), SizeIs(1));
  EXPECT_THAT(coordinator.Do(SteerTrials{1, 1, Stop(1)}), IsEmpty());
  coordinator.Do(SteerTrials{1, 2, Stop(1)});
  EXPECT_TRUE(absl::IsAborted(coordinator.status)) << "decided of another sweep";
}

TEST(Outcome, CrashIsTriedAgainUpToTheLimitAndKeepsItsReason) {
  Coordinator coordinator;
  SweepSpec spec = SmallSweep("a", 1);
  spec.max_attempts = 2;
  coordinator.Submit(spec);
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCrashed)}));
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 1);
  const auto failed =
      Only<TrialEnded>(coordinator.Report(ReportOf("w", {Ended(1, 2, Outcome::Kind::kCrashed)})));
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].state, TrialState::kFailed);
  EXPECT_EQ(failed[0].reason, "crashed on w: because");
}

TEST(Outcome, TrialHandedBackDoesNotCountAsLost) {
  Coordinator coordinator;
  SweepSpec spec = SmallSweep("a", 1);
  spec.max_attempts = 1;
  coordinator.Submit(spec);
  coordinator.Report(ReportOf("w"));
  for (int attempt = 1; attempt <= 5; ++attempt) {
    coordinator.Report(ReportOf("w", {Ended(1, attempt, Outcome::Kind::kReleased)}));
  }
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 1);
  EXPECT_EQ(coordinator.state.live_trials.at(1).attempt, 6);
}

TEST(Lease, ExpiresWhenTheWorkerIsSilentAndGoesToTheNextWorker) {
  Coordinator coordinator({.lease = absl::Seconds(60)});
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("silent"));
  coordinator.Report(ReportOf("next"));
  coordinator.now += absl::Seconds(59);
  EXPECT_THAT(Only<AttemptEnded>(coordinator.Do(ExpireLeases{})), IsEmpty());
  coordinator.now += absl::Seconds(1);
  coordinator.Do(ExpireLeases{});
  EXPECT_EQ(coordinator.state.leases.Find(1)->worker, "next");
  EXPECT_EQ(coordinator.state.live_trials.at(1).attempt, 2);
}

TEST(Lease, IsNotGivenToASilentWorkerUntilItReportsAgain) {
  Coordinator coordinator({.lease = absl::Seconds(60)});
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("silent"));
  coordinator.now += absl::Seconds(60);
  coordinator.Do(ExpireLeases{});
  EXPECT_EQ(coordinator.Count("a", TrialState::kPending), 1);
  EXPECT_FALSE(coordinator.state.workers.at("silent").connected);
  EXPECT_THAT(Only<AttemptLeased>(coordinator.Report(ReportOf("silent"))), SizeIs(1));
}

TEST(Lease, ThatEndedWhileTheCoordinatorSleptBeginsAnew) {
  const LeasePolicy policy{.lease = absl::Seconds(60)};
  Coordinator coordinator(policy);
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.now += absl::Hours(8);
  const Events grace = *Decide(coordinator.state, GrantGrace{}, coordinator.now, policy);
  for (const Event& event : grace) Apply(coordinator.state, event);
  coordinator.Do(ExpireLeases{});
  EXPECT_TRUE(coordinator.state.IsRunning({1, 1}));
  coordinator.now += absl::Seconds(60);
  coordinator.Do(ExpireLeases{});
  EXPECT_FALSE(coordinator.state.IsRunning({1, 1}));
}

TEST(Lease, IsExtendedByEveryReportThatNamesTheAttempt) {
  Coordinator coordinator({.lease = absl::Seconds(60)});
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  for (int i = 0; i < 5; ++i) {
    coordinator.now += absl::Seconds(50);
    coordinator.Report(ReportOf("w", {Running(1, 1)}));
  }
  EXPECT_EQ(coordinator.state.live_trials.at(1).attempt, 1);
}

TEST(Lease, OfAWorkerWhoseStreamBrokeLastsAShortTime) {
  Coordinator coordinator({.lease = absl::Seconds(60), .reconnect = absl::Seconds(10)});
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Do(LoseWorker{"w"});
  coordinator.now += absl::Seconds(9);
  EXPECT_THAT(Only<AttemptEnded>(coordinator.Do(ExpireLeases{})), IsEmpty());
  coordinator.now += absl::Seconds(1);
  const auto lost = Only<AttemptEnded>(coordinator.Do(ExpireLeases{}));
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_THAT(lost[0].reason, HasSubstr("lease expired: w"));
}

TEST(Lease, IsNotShortenedByAStreamThatBrokeWhileTheCoordinatorSlept) {
  const LeasePolicy policy{.lease = absl::Seconds(60), .reconnect = absl::Seconds(1)};
  Coordinator coordinator(policy);
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.now += absl::Seconds(30);
  const Events grace = *Decide(coordinator.state, GrantGrace{}, coordinator.now, policy);
  for (const Event& event : grace) Apply(coordinator.state, event);
  coordinator.Do(LoseWorker{"w"});
  EXPECT_FALSE(coordinator.state.workers.at("w").connected);
  coordinator.now += absl::Seconds(10);
  coordinator.Do(ExpireLeases{});
  EXPECT_TRUE(coordinator.state.IsRunning({1, 1}));
}

TEST(Lease, WorkerThatComesBackInTimeKeepsItsAttempt) {
  Coordinator coordinator({.lease = absl::Seconds(60), .reconnect = absl::Seconds(10)});
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Do(LoseWorker{"w"});
  coordinator.now += absl::Seconds(5);
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  coordinator.now += absl::Seconds(30);
  coordinator.Do(ExpireLeases{});
  EXPECT_TRUE(coordinator.state.IsRunning({1, 1}));
}

TEST(StaleAttempt, HasItsOutcomeRefusedAndIsToldToStop) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("old"));
  coordinator.Do(LoseWorker{"old"});
  coordinator.now += absl::Minutes(2);
  coordinator.Report(ReportOf("new"));
  ASSERT_TRUE(coordinator.state.IsRunning({1, 2}));
  const Events events =
      coordinator.Report(ReportOf("old", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  EXPECT_THAT(Only<TrialEnded>(events), IsEmpty());
  EXPECT_THAT(Only<MeasurementsReported>(events), SizeIs(1));  // as true as any
  const Directive directive = DirectiveFor(coordinator.state, "old", {});
  ASSERT_THAT(directive.attempts, SizeIs(1));
  EXPECT_EQ(directive.attempts[0].wish, Directive::Wish::kDrop);
  EXPECT_THAT(directive.attempts[0].reason, HasSubstr("stale"));
  EXPECT_TRUE(coordinator.state.IsRunning({1, 2}));
}

TEST(StaleAttempt, MeasuresBeforeTheAttemptBesideItEndsTheTrial) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  const Events events = coordinator.Report(ReportOf(
      "w", {Ended(1, 1, Outcome::Kind::kCompleted), {{1, 9}, {{20, "exact_match", 1}}, {}}}));
  const auto is_end = [](const Event& event) { return std::holds_alternative<TrialEnded>(event); };
  const auto end = std::ranges::find_if(events, is_end);
  ASSERT_NE(end, events.end());
  EXPECT_THAT(Only<MeasurementsReported>({events.begin(), end}), SizeIs(2));
  EXPECT_THAT(Only<MeasurementsReported>({end, events.end()}), IsEmpty());
}

TEST(StaleAttempt, OfAnotherWorkerUnderTheSameNumberIsRefused) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("impostor", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  EXPECT_TRUE(coordinator.state.IsRunning({1, 1}));
}

TEST(CancelSweep, EndsRunningAndWaitingTrialsAndStartsNoMore) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 3));
  coordinator.Report(ReportOf("w"));
  const Events events = coordinator.Do(CancelSweep{"a"});
  EXPECT_THAT(Only<TrialEnded>(events), SizeIs(1));
  EXPECT_THAT(Only<AttemptLeased>(events), IsEmpty());
  EXPECT_EQ(coordinator.Count("a", TrialState::kCancelled), 3);
  coordinator.Report(ReportOf("w", {Running(1, 1)}));
  EXPECT_EQ(DirectiveFor(coordinator.state, "w", {}).attempts[0].wish, Directive::Wish::kDrop);
  EXPECT_THAT(coordinator.Do(CancelSweep{"a"}), IsEmpty());
}

TEST(CancelSweep, LeavesAFinishedSweepAsItIs) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  EXPECT_THAT(coordinator.Do(CancelSweep{"a"}), IsEmpty());
  EXPECT_FALSE(coordinator.state.FindSweep("a")->cancelled);
}

TEST(CancelSweep, UnknownNameSuggestsTheClosest) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("depths"));
  coordinator.Do(CancelSweep{"detphs"});
  EXPECT_EQ(coordinator.status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(coordinator.status.message(), "no sweep `detphs`, did you mean `depths`?");
}

// The sweeps' names in the order in which one worker with one slot gets their trials.
std::string Turns(Coordinator& coordinator) {
  std::string turns;
  coordinator.Report(ReportOf("w"));
  while (!coordinator.state.leases.OfWorker("w").empty()) {
    const TrialId trial = *coordinator.state.leases.OfWorker("w").begin();
    turns += coordinator.state.SweepOfTrial(trial)->spec.name;
    coordinator.Report(ReportOf("w", {Ended(trial, coordinator.state.live_trials.at(trial).attempt,
                                            Outcome::Kind::kCompleted)}));
  }
  return turns;
}

SweepSpec WithPriority(SweepSpec spec, int priority) {
  spec.priority = priority;
  return spec;
}

TEST(Scheduler, RetriesOfASweepGoFirst) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 3));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCrashed)}));
  EXPECT_EQ(*coordinator.state.leases.OfWorker("w").begin(), 1);
  EXPECT_TRUE(coordinator.state.IsRunning({1, 2}));
}

TEST(Scheduler, HigherPrioritiesGoFirstAndEqualsInOrderOfSubmission) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 2));
  coordinator.Submit(SmallSweep("b", 1));
  coordinator.Submit(WithPriority(SmallSweep("c", 2), 1));
  EXPECT_EQ(Turns(coordinator), "ccaab");
}

TEST(Scheduler, EqualSweepsShareTheSlots) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 10));
  coordinator.Submit(SmallSweep("b", 10));
  coordinator.Report(ReportOf("w", {}, 6));
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 3);
  EXPECT_EQ(coordinator.Count("b", TrialState::kRunning), 3);
}

TEST(Scheduler, MaxParallelLeavesSlotsToOthers) {
  Coordinator coordinator;
  SweepSpec narrow = WithPriority(SmallSweep("a", 10), 1);
  narrow.max_parallel = 2;
  coordinator.Submit(narrow);
  coordinator.Submit(SmallSweep("b", 10));
  coordinator.Report(ReportOf("w", {}, 6));
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 2);
  EXPECT_EQ(coordinator.Count("b", TrialState::kRunning), 4);
}

TEST(PauseSweep, StartsNothingUntilItIsResumedAndLetsTheRunningGoOn) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 3));
  coordinator.Report(ReportOf("w"));
  coordinator.Do(PauseSweep{"a", true});
  EXPECT_THAT(coordinator.Do(PauseSweep{"a", true}), IsEmpty());
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}));
  EXPECT_EQ(coordinator.Count("a", TrialState::kSucceeded), 1);
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 0);
  coordinator.Do(PauseSweep{"a", false});
  EXPECT_EQ(coordinator.Count("a", TrialState::kRunning), 1);
}

TEST(RetryFailed, GivesFailedTrialsAllTheirAttemptsAgain) {
  Coordinator coordinator;
  SweepSpec spec = SmallSweep("a", 1);
  spec.max_attempts = 1;
  coordinator.Submit(spec);
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCrashed)}));
  ASSERT_EQ(coordinator.Count("a", TrialState::kFailed), 1);
  coordinator.Do(RetryFailed{"a"});
  EXPECT_EQ(coordinator.Count("a", TrialState::kFailed), 0);
  EXPECT_TRUE(coordinator.state.IsRunning({1, 2})) << "attempts are numbered on";
  EXPECT_THAT(Only<TrialRetried>(coordinator.Do(RetryFailed{"a"})), IsEmpty());
  coordinator.Report(ReportOf("w", {Ended(1, 2, Outcome::Kind::kCompleted)}));
  EXPECT_EQ(coordinator.Count("a", TrialState::kSucceeded), 1);
}

TEST(RetryFailed, IsRefusedForACancelledSweep) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 1));
  coordinator.Do(CancelSweep{"a"});
  coordinator.Do(RetryFailed{"a"});
  EXPECT_EQ(coordinator.status.code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace pathsweep

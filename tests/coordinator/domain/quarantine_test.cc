#include "coordinator/domain/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kCrashed = Outcome::Kind::kCrashed;
constexpr auto kCompleted = Outcome::Kind::kCompleted;

class QuarantineTest : public ::testing::Test {
 protected:
  // Each worker of one slot.
  QuarantineTest() { coordinator_.Submit(SmallSweep("a", 20)); }

  const ConnectedWorker& Worker(const std::string& name) const {
    return coordinator_.state.workers.at(name);
  }
  TrialId TrialOf(const std::string& worker) const {
    const auto& trials = coordinator_.state.leases.OfWorker(worker);
    return trials.empty() ? 0 : *trials.begin();
  }
  // Ends what the worker runs; it gets the next one, or none.
  void End(const std::string& worker, Outcome::Kind kind) {
    const TrialId trial = TrialOf(worker);
    const int attempt = coordinator_.state.live_trials.at(trial).attempt;
    coordinator_.Report(ReportOf(worker, {Ended(trial, attempt, kind)}));
  }

  Coordinator coordinator_;
};

TEST_F(QuarantineTest, WorkerThatFailsEverythingGetsNoMoreWhileAnotherIsThere) {
  coordinator_.Report(ReportOf("good"));
  coordinator_.Report(ReportOf("bad"));
  for (int i = 0; i < 3; ++i) End("bad", kCrashed);
  EXPECT_THAT(WhyQuarantined(Worker("bad")), HasSubstr("3 trials crashed here"));
  EXPECT_EQ(TrialOf("bad"), 0);
  // What crashed goes to the other first, and its success proves nothing in favour of the bad.
  End("good", kCompleted);
  EXPECT_EQ(TrialOf("good"), 2);
  End("good", kCompleted);
  EXPECT_TRUE(IsStruck(Worker("bad")));
}

TEST_F(QuarantineTest, SeveralBrokenWorkersCostNoTrial) {
  coordinator_.Report(ReportOf("good"));
  for (const char* bad : {"bad1", "bad2"}) coordinator_.Report(ReportOf(bad));
  for (int round = 0; round < 200 && !coordinator_.state.FindSweep("a")->Ended(); ++round) {
    // The broken are quick.
    for (const char* bad : {"bad1", "bad2", "bad1", "bad2"}) {
      if (TrialOf(bad) != 0) End(bad, kCrashed);
    }
    if (TrialOf("good") != 0) End("good", kCompleted);
    coordinator_.now += absl::Seconds(5);
    coordinator_.Do(ExpireLeases{});
  }
  EXPECT_EQ(coordinator_.Count("a", TrialState::kSucceeded), 20);
  EXPECT_TRUE(IsStruck(Worker("bad1")));
  EXPECT_TRUE(IsStruck(Worker("bad2")));
}

TEST_F(QuarantineTest, TrialsThatCrashEverywhereStopNobody) {
  coordinator_.Report(ReportOf("x"));
  coordinator_.Report(ReportOf("y"));
  for (int ends = 0; TrialOf("x") != 0 || TrialOf("y") != 0; ++ends) {
    ASSERT_LE(ends, 60);
    End(TrialOf(ends % 2 == 0 ? "x" : "y") != 0 ? (ends % 2 == 0 ? "x" : "y")
                                                : (ends % 2 == 0 ? "y" : "x"),
        kCrashed);
  }
  EXPECT_EQ(coordinator_.Count("a", TrialState::kFailed), 20) << "each after its attempts";
  // The first result shows that the trials were to blame.
  coordinator_.Submit(SmallSweep("b", 2));
  End("x", kCompleted);
  EXPECT_THAT(WhyQuarantined(Worker("x")), IsEmpty());
  EXPECT_THAT(WhyQuarantined(Worker("y")), IsEmpty());
}

TEST_F(QuarantineTest, TheOnlyWorkerGoesOn) {
  coordinator_.Report(ReportOf("only"));
  for (int i = 0; i < 9; ++i) End("only", kCrashed);
  EXPECT_NE(TrialOf("only"), 0);
  EXPECT_EQ(coordinator_.Count("a", TrialState::kFailed), 3);
}

TEST_F(QuarantineTest, AResultWipesTheStrikesAway) {
  coordinator_.Report(ReportOf("good"));
  coordinator_.Report(ReportOf("w"));
  End("w", kCrashed);
  End("w", kCrashed);
  EXPECT_THAT(Worker("w").strikes, SizeIs(2));
  End("w", kCompleted);
  EXPECT_THAT(Worker("w").strikes, IsEmpty());
}

TEST_F(QuarantineTest, ATrialIsTriedEveryNowAndThenLessAndLessOften) {
  coordinator_.Report(ReportOf("good"));
  coordinator_.Report(ReportOf("bad"));
  for (int i = 0; i < 3; ++i) End("bad", kCrashed);
  const auto wait = [&](absl::Duration time) {
    coordinator_.now += time;
    coordinator_.Report(ReportOf("good", {Running(1, 1)}));
    coordinator_.Report(ReportOf("bad"));
  };
  for (int seconds : {10, 20, 40, 80, 120, 120}) {
    for (int left = seconds; left > 1; left -= 10) {
      wait(absl::Seconds(std::min(left - 1, 10)));
      EXPECT_EQ(TrialOf("bad"), 0) << seconds;
    }
    coordinator_.now += absl::Seconds(1);
    coordinator_.Do(ExpireLeases{});
    ASSERT_NE(TrialOf("bad"), 0) << seconds;
    End("bad", kCrashed);
  }
}

// Nobody waits for a worker that is busy for hours.
TEST_F(QuarantineTest, AMinuteLaterATrialMayGoBackToWhereItCrashed) {
  Coordinator coordinator;
  coordinator.Submit(SmallSweep("a", 2));
  coordinator.Report(ReportOf("busy"));
  coordinator.Report(ReportOf("w"));
  coordinator.Report(ReportOf("w", {Ended(2, 1, kCrashed)}));
  EXPECT_THAT(coordinator.state.leases.OfWorker("w"), IsEmpty());
  coordinator.now += absl::Seconds(59);
  coordinator.Report(ReportOf("busy", {Running(1, 1)}));
  EXPECT_THAT(coordinator.state.leases.OfWorker("w"), IsEmpty());
  coordinator.now += absl::Seconds(1);
  coordinator.Do(ExpireLeases{});
  EXPECT_THAT(coordinator.state.leases.OfWorker("w"), SizeIs(1));
}

}  // namespace
}  // namespace pathsweep

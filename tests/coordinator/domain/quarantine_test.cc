#include "coordinator/domain/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_TRUE(IsQuarantined(Worker("bad")));
  EXPECT_THAT(WhyQuarantined(Worker("bad")), HasSubstr("3 trials crashed here and nowhere else"));
  EXPECT_EQ(TrialOf("bad"), 0);
  // What crashed goes to the other first, and its success proves nothing in favour of the bad.
  End("good", kCompleted);
  EXPECT_EQ(TrialOf("good"), 2);
  End("good", kCompleted);
  EXPECT_TRUE(IsQuarantined(Worker("bad")));
}

TEST_F(QuarantineTest, TrialsThatCrashEverywhereCostNobodysTrust) {
  coordinator_.Report(ReportOf("x"));
  coordinator_.Report(ReportOf("y"));
  for (int i = 0; i < 12; ++i) {
    for (const char* worker : {"x", "y"}) {
      if (TrialOf(worker) != 0) End(worker, kCrashed);
    }
    EXPECT_TRUE(TrialOf("x") != 0 || TrialOf("y") != 0) << "the fleet stands still";
  }
  while (TrialOf("x") != 0 || TrialOf("y") != 0) End(TrialOf("x") != 0 ? "x" : "y", kCrashed);
  EXPECT_EQ(coordinator_.Count("a", TrialState::kFailed), 20) << "each after its attempts";
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

TEST_F(QuarantineTest, TenMinutesGiveAnotherChance) {
  coordinator_.Report(ReportOf("good"));
  coordinator_.Report(ReportOf("bad"));
  for (int i = 0; i < 3; ++i) End("bad", kCrashed);
  const TrialId held = TrialOf("good");
  coordinator_.now += kForgivenAfter - absl::Seconds(1);
  coordinator_.Report(ReportOf("good", {Running(held, 1)}));
  coordinator_.Report(ReportOf("bad"));
  EXPECT_EQ(TrialOf("bad"), 0);
  coordinator_.now += absl::Seconds(1);
  coordinator_.Do(ExpireLeases{});
  EXPECT_NE(TrialOf("bad"), 0);
}

}  // namespace
}  // namespace pathsweep

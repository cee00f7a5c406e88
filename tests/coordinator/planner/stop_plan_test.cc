#include "coordinator/planner/stop_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum TrialState;

Claim AtLeast(const std::string& name, double bound, std::vector<ClaimCondition> where = {}) {
  return {name, std::move(where), "exact_match",
          BoundClaim{BoundClaim::Side::kAtLeast,
                     Expression::Parse(absl::StrCat(bound), Expression::Type::kNumber).value()}};
}

Sweep TheSweep(EarlyStopping rules, int configs = 2, int seeds = 1) {
  SweepSpec spec = SmallSweep("a", configs, seeds);
  spec.early_stopping = std::move(rules);
  return NewSweep(spec, 1);
}

ReadCurves Having(const std::vector<TrialHistory>& curves) {
  return [curves](const std::string&) { return curves; };
}

TrialHistory Curve(TrialId trial, TrialState state, std::vector<double> values, int rung = 0) {
  return {trial, state, "", rung, 0.99, std::move(values)};
}

std::vector<TrialId> StoppedBy(const std::string& rule, const Steering& steering) {
  std::vector<TrialId> trials;
  for (const TrialStop& stop : steering.stops) {
    if (stop.order.rule == rule) trials.push_back(stop.trial);
  }
  return trials;
}

TEST(PlanStops, LooksAtTrialsThatHaveNotEnded) {
  const Sweep sweep = TheSweep({.solved = SolvedRule{2}, .plateau = PlateauRule{2, 0.1}}, 4);
  const Steering steering =
      PlanStops(sweep, Having({Curve(1, kRunning, {0.1, 1, 1}), Curve(2, kRunning, {0.5, 0.5, 0.5}),
                               Curve(3, kSucceeded, {1, 1, 1}), Curve(4, kPending, {})}))
          .value();
  EXPECT_THAT(StoppedBy(kSolved, steering), ElementsAre(1));
  EXPECT_THAT(StoppedBy(kPlateau, steering), ElementsAre(2));
  EXPECT_THAT(steering.stops, SizeIs(2));
}

TEST(PlanStops, RunsTheBestOnFromTheirRungs) {
  Sweep sweep = TheSweep({.hyperband = HyperbandRule{.pauses = true}}, 3);
  const ReadCurves curves =
      Having({Curve(1, kPaused, {0.1}), Curve(2, kPaused, {0.9}), Curve(3, kPaused, {0.5})});
  EXPECT_THAT(PlanStops(sweep, curves)->promoted, ElementsAre(2));
  sweep.next = 3;
  sweep.rows[kPaused] = 3;  // nothing else is left to come
  EXPECT_THAT(PlanStops(sweep, curves)->promoted, ElementsAre(2));
  const ReadCurves ended = Having(
      {Curve(1, kPaused, {0.1}), Curve(2, kSucceeded, {0.9, 1}, 1), Curve(3, kPaused, {0.5})});
  EXPECT_THAT(StoppedBy(kHyperband, *PlanStops(sweep, ended)), ElementsAre(1, 3));
}

// Ten trials of one config have ended, and the eleventh is on its way.
Sweep Claimed(const Claim& claim, int64_t trials = 11) {
  Sweep sweep = TheSweep({.futility = FutilityRule{0.1}}, 1, static_cast<int>(trials));
  sweep.spec.claims = {claim};
  return sweep;
}

std::vector<TrialHistory> TenAnd(const TrialHistory& last) {
  std::vector<TrialHistory> curves;
  for (int i = 1; i <= 10; ++i) curves.push_back(Curve(i, kSucceeded, {0.1, 0.1, 0.2}));
  curves.push_back(last);
  return curves;
}

TEST(PlanStops, EndsWhatWillNotReachABound) {
  const TrialHistory low = Curve(11, kRunning, {0.1, 0.15});
  const Steering steering = PlanStops(Claimed(AtLeast("solves", 0.9)), Having(TenAnd(low))).value();
  ASSERT_THAT(StoppedBy(kFutility, steering), ElementsAre(11));
  EXPECT_THAT(steering.stops[0].order.detail,
              HasSubstr("solves: exact_match is 0.15 after 2 evaluations; that it still ends at "
                        "least 0.9 has p = 0.0909"));
  EXPECT_THAT(PlanStops(Claimed(AtLeast("solves", 0.2)), Having(TenAnd(low)))->stops, IsEmpty())
      << "the others rose by 0.1";
  const TrialHistory none = Curve(11, kRunning, {});
  EXPECT_THAT(PlanStops(Claimed(AtLeast("solves", 0.9)), Having(TenAnd(none)))->stops, IsEmpty());
}

TEST(PlanStops, WaitsForThoseThatBeganBefore) {
  std::vector<TrialHistory> curves = TenAnd(Curve(11, kRunning, {0.1}));
  curves[1].state = kRunning;  // slow: what has ended after it says nothing
  EXPECT_THAT(PlanStops(Claimed(AtLeast("solves", 0.9)), Having(curves))->stops, IsEmpty());
  curves[1].state = kFailed;
  EXPECT_THAT(StoppedBy(kFutility, *PlanStops(Claimed(AtLeast("solves", 0.9)), Having(curves))),
              ElementsAre(11))
      << "nine are enough for 0.1";
}

TEST(PlanStops, TrialsThatSolvedTheTaskCountAmongThoseThatEnded) {
  std::vector<TrialHistory> curves = TenAnd(Curve(11, kRunning, {0.1, 0.1}));
  for (int i : {7, 8, 9}) {
    curves[i] = Curve(i + 1, kStopped, {0.1, 0.1, 1});
    curves[i].reason = kSolved;
  }
  EXPECT_THAT(PlanStops(Claimed(AtLeast("solves", 0.9)), Having(curves))->stops, IsEmpty());
}

TEST(PlanStops, SolvedLeavesWhatAClaimWantsMoreOf) {
  const ReadCurves curves = Having({Curve(1, kRunning, {1, 1})});
  Sweep sweep = TheSweep({.solved = SolvedRule{2}}, 1);
  sweep.spec.claims = {AtLeast("solves", 0.9)};
  EXPECT_THAT(StoppedBy(kSolved, *PlanStops(sweep, curves)), ElementsAre(1));
  sweep.spec.claims.push_back(AtLeast("wholly", 0.995));
  EXPECT_THAT(PlanStops(sweep, curves)->stops, IsEmpty()) << "solved_at is 0.99";
  sweep.spec.claims.pop_back();
  sweep.spec.claims[0].metric = "test_loss";
  EXPECT_THAT(PlanStops(sweep, curves)->stops, IsEmpty());
}

TEST(PlanStops, ATrialThatSomeClaimStillNeedsGoesOn) {
  const ReadCurves curves = Having(TenAnd(Curve(11, kRunning, {0.1, 0.15})));
  Sweep sweep = Claimed(AtLeast("solves", 0.9));
  sweep.spec.claims.push_back(AtLeast("starts", 0.2));
  EXPECT_THAT(PlanStops(sweep, curves)->stops, IsEmpty());
  sweep.spec.claims.clear();
  EXPECT_THAT(PlanStops(sweep, curves)->stops, IsEmpty()) << "none is about it";
}

TEST(PlanStops, FutilityLeavesAloneWhatIsCompared) {
  const ReadCurves curves = Having(TenAnd(Curve(11, kRunning, {0.1, 0.15})));
  Sweep sweep = Claimed(AtLeast("solves", 0.9));
  sweep.spec.grid.axes = {{"lr", {1e-3, 2e-3}}};
  sweep = NewSweep(sweep.spec, 1);
  ASSERT_THAT(StoppedBy(kFutility, *PlanStops(sweep, curves)), ElementsAre(11));
  sweep.spec.claims.push_back(
      {"gap",
       {},
       "exact_match",
       ComparisonClaim{"lr", 1e-3, 2e-3,
                       Expression::Parse("0.3", Expression::Type::kNumber).value()}});
  EXPECT_THAT(PlanStops(sweep, curves)->stops, IsEmpty());
}

TEST(PlanStops, RulesThatCompareLeaveAloneWhatClaimsAreAbout) {
  Sweep sweep = TheSweep({.hyperband = HyperbandRule{}, .median = MedianRule{}}, 5);
  sweep.spec.claims = {
      AtLeast("solves", 0.9, {ClaimCondition{.parameter = "lr", .values = {1e-3}}})};
  std::vector<TrialHistory> curves;
  for (int i = 1; i <= 5; ++i) curves.push_back(Curve(i, kRunning, {0.1 * i}));
  const Steering steering = PlanStops(sweep, Having(curves)).value();
  EXPECT_THAT(StoppedBy(kHyperband, steering), ElementsAre(2, 3));
  EXPECT_THAT(StoppedBy(kMedian, steering), ElementsAre(2));
}

TEST(PlanStops, PassesErrorsOn) {
  const ReadCurves broken = [](const std::string&) { return absl::DataLossError("disk"); };
  EXPECT_EQ(PlanStops(TheSweep({.solved = SolvedRule{}}), broken).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathsweep

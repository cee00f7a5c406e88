#include "coordinator/planner/claim_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Claim Solves(const std::string& bound = "0.9") {
  return {"solves",
          {},
          "exact_match",
          BoundClaim{BoundClaim::Side::kAtLeast,
                     Expression::Parse(bound, Expression::Type::kNumber).value()}};
}

// Two learning rates, three seeds, up to eight where it is undecided.
Sweep TheSweep() {
  SweepSpec spec = SmallSweep("a", 2, 3);
  spec.claims = {Solves()};
  spec.most_seeds = 8;
  return NewSweep(spec, 11);
}

// All trials of a metric have the values, by number.
ReadValues Having(std::vector<std::optional<double>> values) {
  return [values](const std::string&) { return values; };
}

TEST(PlanClaims, AddsTheNextSeedsWhereAClaimIsUndecided) {
  const ClaimPlan plan = PlanClaims(TheSweep(), Having({1.0, 0.2, 1.0, 0.99, 1.0, 0.5})).value();
  ASSERT_THAT(plan.more, SizeIs(1));
  EXPECT_THAT(plan.more[0].configs, ElementsAre(1));
  EXPECT_THAT(plan.more[0].seeds, ElementsAre(4, 5));
  ASSERT_THAT(*plan.verdicts, SizeIs(2));
  const JudgedConfig& first = plan.verdicts->front();
  EXPECT_EQ(first.verdict, "holds");
  EXPECT_EQ(first.trial, 11);
  EXPECT_EQ(first.seeds, 3);
  EXPECT_EQ(plan.verdicts->back().verdict, "undecided");
}

TEST(PlanClaims, GoesOnFromWhatWasAddedUpToTheMost) {
  const ClaimPlan first = PlanClaims(TheSweep(), Having({1.0, 0.2, 1.0, 0.99, 1.0, 0.5})).value();
  Sweep sweep =
      Extend(TheSweep(), {.axes = {}, .seeds = {}, .more_seeds = first.more}, 100).value();
  ASSERT_EQ(sweep.trials, 8);
  EXPECT_EQ(sweep.ConfigOf(100), 1);
  const std::vector<std::optional<double>> values = {1.0, 0.2, 1.0, 0.99, 1.0, 0.5, 1.0, 1.0};
  const ClaimPlan second = PlanClaims(sweep, Having(values)).value();
  ASSERT_THAT(second.more, SizeIs(1));
  EXPECT_THAT(second.more[0].configs, ElementsAre(1));
  EXPECT_THAT(second.more[0].seeds, ElementsAre(6, 7, 8));
  EXPECT_EQ(second.verdicts->back().seeds, 5);
  sweep = Extend(sweep, {.axes = {}, .seeds = {}, .more_seeds = second.more}, 102).value();
  ASSERT_EQ(sweep.trials, 11);
  EXPECT_THAT(PlanClaims(sweep, Having({})).value().more, IsEmpty()) << "nothing is measured";
  std::vector<std::optional<double>> all = values;
  for (double value : {0.2, 1.0, 0.9}) all.emplace_back(value);
  EXPECT_THAT(PlanClaims(sweep, Having(all)).value().more, IsEmpty()) << "8 are the most";
}

TEST(PlanClaims, AddsNothingWithoutTheRuleOrAfterACancel) {
  const auto undecided = Having({1.0, 0.2, 1.0, 0.99, 1.0, 0.5});
  Sweep sweep = TheSweep();
  sweep.cancelled = true;
  EXPECT_THAT(PlanClaims(sweep, undecided)->more, IsEmpty());
  sweep = TheSweep();
  sweep.spec.most_seeds = 0;
  EXPECT_THAT(PlanClaims(sweep, undecided)->more, IsEmpty());
}

TEST(PlanClaims, CounterexamplesAreTrialsOfConfigsThatFail) {
  Sweep sweep = TheSweep();
  const ClaimPlan plan = PlanClaims(sweep, Having({1.0, 0.2, 1.0, 0.21, 0.8, 0.2})).value();
  EXPECT_EQ(plan.verdicts->front().verdict, "undecided");
  EXPECT_THAT(plan.verdicts->front().counterexamples, IsEmpty()) << "0.8 may be luck";
  EXPECT_EQ(plan.verdicts->back().verdict, "fails");
  EXPECT_THAT(plan.verdicts->back().counterexamples, ElementsAre(12, 14, 16));
}

TEST(PlanClaims, PassesOverWhatCannotBeSaidAndPassesErrorsOn) {
  Sweep sweep = TheSweep();
  sweep.spec.claims = {Solves("1/(depth - 4)")};  // as after an extension
  const ClaimPlan plan = PlanClaims(sweep, Having({})).value();
  EXPECT_THAT(plan.more, IsEmpty());
  EXPECT_THAT(*plan.verdicts, IsEmpty());
  const ReadValues broken = [](const std::string&) { return absl::DataLossError("disk"); };
  EXPECT_EQ(PlanClaims(TheSweep(), broken).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathsweep

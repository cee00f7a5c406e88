#include "coordinator/planner/search_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/planner/claim_plan.h"
#include "coordinator/search/proposals.h"
#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

// lr in a hundred steps, with three first points.
SweepSpec SearchedSpec(Search::Method method, int64_t points) {
  SweepSpec spec;
  spec.name = "searched";
  Search search{.method = method, .points = points, .claim = "fails", .fresh_seeds = 4};
  std::vector<JointAxis::Point> rates;
  for (int i = 1; i <= 100; ++i) rates.push_back({i * 1e-4});
  search.groups = {JointAxis({"lr"}, rates)};
  spec.grid.joint = {JointAxis({"lr"}, {rates[9], rates[49], rates[89]})};
  spec.claims = {{"fails",
                  {},
                  "exact_match",
                  BoundClaim{BoundClaim::Side::kAtMost,
                             Expression::Parse("0.6", Expression::Type::kNumber).value()}}};
  if (method == Search::Method::kTpe) spec.claims.clear();
  spec.search = search;
  return spec;
}

Sweep Searched(Search::Method method, int64_t points = 20) {
  return NewSweep(SearchedSpec(method, points), 1);
}

ReadValues Having(std::vector<std::optional<double>> values) {
  return [values](const std::string&) { return values; };
}

Sweep Grown(const Sweep& sweep, const Extension& extension) {
  return Extend(sweep, extension, 1000).value();
}

double RateOf(const JointAxis::Point& point) { return std::get<double>(point.front()); }

TEST(PlanSearch, AddsPointsForTheTrialsThatAreWanted) {
  const Sweep sweep = Searched(Search::Method::kTpe);
  const Extension next = PlanSearch(sweep, Having({0.1, 0.9, 0.2}), 4).value();
  EXPECT_THAT(next.points->points(), SizeIs(4));
  EXPECT_FALSE(next.ends_search);
  const Sweep grown = Grown(sweep, next);
  EXPECT_EQ(grown.trials, 7);
  EXPECT_TRUE(grown.Searches());
}

TEST(PlanSearch, GoesTowardsTheBestOfTheMetric) {
  for (const bool maximize : {true, false}) {
    Sweep sweep = Searched(Search::Method::kTpe, 60);
    sweep.spec.search->maximize = maximize;
    std::vector<std::optional<double>> values;
    while (sweep.Searches()) {
      for (int64_t number = values.size(); number < sweep.trials; ++number) {
        const double away = sweep.ParametersOf(sweep.TrialAt(number)).lr - 0.007;
        values.push_back(maximize ? 1 - std::abs(100 * away) : std::abs(100 * away));
      }
      sweep = Extend(sweep, PlanSearch(sweep, Having(values), 1).value(), sweep.trials + 1).value();
    }
    int near = 0;
    for (const JointAxis::Point& point : sweep.spec.grid.joint[0].points()) {
      near += std::abs(RateOf(point) - 0.007) < 0.0015 ? 1 : 0;  // 30 % of the space
    }
    EXPECT_GT(near, 25) << maximize;
  }
}

TEST(PlanSearch, AsksForNoMorePointsThanTheSearchHasLeft) {
  const Sweep sweep = Searched(Search::Method::kTpe, 5);
  const Sweep grown = Grown(sweep, PlanSearch(sweep, Having({0.1, 0.9, 0.2}), 100).value());
  EXPECT_EQ(grown.trials, 5);
  EXPECT_FALSE(grown.Searches());
}

TEST(PlanSearch, EndsWhenTheSpaceIsExhausted) {
  const Sweep sweep = Searched(Search::Method::kTpe, 5000);
  const Sweep grown = Grown(sweep, PlanSearch(sweep, Having({0.1, 0.9, 0.2}), 500).value());
  EXPECT_FALSE(grown.Searches());
  EXPECT_EQ(grown.trials, 100);
}

TEST(PlanSearch, WhatBreaksTheClaimIsTriedWithFreshSeedsOnce) {
  const Sweep sweep = Searched(Search::Method::kFalsify);
  const Extension next = PlanSearch(sweep, Having({0.1, 0.9, 0.2}), 1).value();
  ASSERT_THAT(next.more_seeds, SizeIs(1));
  EXPECT_THAT(next.more_seeds[0].configs, ElementsAre(1));
  EXPECT_THAT(next.more_seeds[0].seeds, ElementsAre(2, 3, 4, 5));
  const Sweep grown = Grown(sweep, next);
  EXPECT_EQ(grown.trials, 3 + 1 + 4);
  const Extension after = PlanSearch(grown, Having({0.1, 0.9, 0.2, 0.3}), 1).value();
  EXPECT_THAT(after.more_seeds, IsEmpty());
  EXPECT_THAT(PlanFreshSeeds(grown, Having({0.1, 0.9, 0.2, 0.8})).value(), SizeIs(1));
}

// Luck picks what is tried again, so the seeds that were lucky say nothing.
TEST(PlanSearch, ClaimsAreJudgedByFreshSeedsAlone) {
  Sweep sweep = Searched(Search::Method::kFalsify, 3);
  sweep = Grown(sweep, {.axes = {}, .seeds = {}, .more_seeds = {{{1}, {2, 3, 4, 5}}}});
  const auto lucky = PlanClaims(sweep, Having({0.1, 1.0, 0.2, 0.3, 0.3, 0.31, 0.3})).value();
  ASSERT_THAT(*lucky.verdicts, SizeIs(1));
  EXPECT_EQ(lucky.verdicts->front().config, 1);
  EXPECT_EQ(lucky.verdicts->front().verdict, "holds");
  EXPECT_EQ(lucky.verdicts->front().seeds, 4);
  const auto true_one = PlanClaims(sweep, Having({0.1, 1.0, 0.2, 0.9, 0.9, 0.95, 1.0})).value();
  EXPECT_EQ(true_one.verdicts->front().verdict, "fails");
  EXPECT_THAT(true_one.verdicts->front().counterexamples, SizeIs(4));
}

TEST(PlanSearch, FalsifyGoesWhereTheMarginIsLow) {
  Sweep sweep = Searched(Search::Method::kFalsify, 40);
  std::vector<std::optional<double>> values;
  while (sweep.Searches()) {
    for (int64_t number = values.size(); number < sweep.trials; ++number) {
      values.push_back(0.5 - 10 * std::abs(sweep.ParametersOf(sweep.TrialAt(number)).lr - 0.002));
    }
    sweep = Extend(sweep, PlanSearch(sweep, Having(values), 1).value(), sweep.trials + 1).value();
  }
  int near = 0;
  for (const JointAxis::Point& point : sweep.spec.grid.joint[0].points()) {
    near += std::abs(RateOf(point) - 0.002) < 0.0015 ? 1 : 0;
  }
  EXPECT_GT(near, 18);
}

// Each point with both objectives; the margin is of the difference.
TEST(PlanSearch, AComparisonIsBrokenByAPair) {
  SweepSpec spec = SearchedSpec(Search::Method::kFalsify, 20);
  spec.grid.axes = {{"objective", {std::string("reverse"), std::string("standard")}}};
  spec.claims = {{"fails",
                  {},
                  "exact_match",
                  ComparisonClaim{"objective", std::string("reverse"), std::string("standard"),
                                  Expression::Parse("0.3", Expression::Type::kNumber).value()}}};
  const Sweep sweep = NewSweep(spec, 1);
  ASSERT_EQ(sweep.trials, 6);
  const Extension next = PlanSearch(sweep, Having({1.0, 0.1, 0.5, 0.4, 1.0, 0.2}), 2).value();
  ASSERT_THAT(next.more_seeds, SizeIs(1));
  EXPECT_THAT(next.more_seeds[0].configs, ElementsAre(2, 3));
  EXPECT_THAT(next.points->points().size(), AllOf(Ge(1), Le(2)));
}

}  // namespace
}  // namespace pathsweep

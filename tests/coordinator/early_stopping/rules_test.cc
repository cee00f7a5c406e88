#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "coordinator/early_stopping/hyperband.h"
#include "coordinator/early_stopping/median_rule.h"
#include "coordinator/early_stopping/single_trial.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using enum TrialState;

// One trial a config, with ids 1, 2, …
std::vector<ConfigProgress> Configs(TrialState state,
                                    const std::vector<std::vector<double>>& curves, int rung = 0) {
  std::vector<ConfigProgress> configs;
  for (const std::vector<double>& values : curves) {
    const auto id = static_cast<TrialId>(configs.size() + 1);
    configs.push_back({.trials = {{id, state, rung, values}}});
  }
  return configs;
}

std::vector<TrialId> Ids(const std::vector<TrialStop>& stops) {
  std::vector<TrialId> ids;
  for (const TrialStop& stop : stops) ids.push_back(stop.trial);
  return ids;
}

constexpr HyperbandRule kStops{.first = 2, .eta = 3};
constexpr HyperbandRule kPauses{.first = 2, .eta = 3, .pauses = true};

TEST(Rungs, AreGeometricAndEndBeforeTheTrial) {
  EXPECT_EQ(RungOf(kStops, 0, 20), 2);
  EXPECT_EQ(RungOf(kStops, 1, 20), 6);
  EXPECT_EQ(RungOf(kStops, 2, 20), 18);
  EXPECT_EQ(RungOf(kStops, 3, 20), std::nullopt);
  EXPECT_EQ(RungOf(kStops, 2, 18), std::nullopt) << "that is its end";
  EXPECT_EQ(RungOf({.first = 2, .eta = 3, .rungs = 1}, 1, 20), std::nullopt);
  EXPECT_EQ(RungOf({.first = 1'000'000, .eta = 1000}, 100, 1'000'000'000), std::nullopt);
}

TEST(Hyperband, EndsWhoIsNotAmongTheBestWithoutPauses) {
  const auto configs = Configs(kRunning, {{0, 0.9}, {0, 0.5}, {0, 0.1}, {0, 0.6}, {0.2}});
  const Steering steering = Halve({kStops}, configs);
  EXPECT_THAT(Ids(steering.stops), ElementsAre(2, 3)) << "two of four go on";
  EXPECT_THAT(steering.stops[0].order.detail,
              HasSubstr("0.5 after 2 evaluations, and is not among the best 2 of 4"));
  EXPECT_EQ(steering.stops[0].order.rule, "hyperband");
  EXPECT_THAT(Ids(Halve({kStops, /*maximize=*/false}, configs).stops), ElementsAre(1, 4));
}

TEST(Hyperband, EqualsGoOnTogetherWithoutPauses) {
  const auto configs = Configs(kRunning, {{0, 0.5}, {0, 0.5}, {0, 0.5}, {0, 0.5}});
  EXPECT_EQ(Halve({kStops}, configs), Steering());
}

TEST(Hyperband, ComparesAtTheLastRungThatAConfigHasPassed) {
  // The first is past the second rung, where it is alone.
  const auto configs = Configs(kRunning, {{0, 0.1, 0, 0, 0, 0.1}, {0, 0.9}, {0, 0.8}});
  EXPECT_THAT(Ids(Halve({kStops}, configs).stops), ElementsAre(3));
}

TEST(Hyperband, ComparesConfigsOnceAllTheirSeedsAreThere) {
  ConfigProgress lucky{.trials = {{1, kRunning, 0, {0, 1.0}}, {2, kPending, 0, {}}}};
  ConfigProgress good{.trials = {{3, kRunning, 0, {0, 0.6}}, {4, kRunning, 0, {0, 0.6}}}};
  ConfigProgress bad{.trials = {{5, kRunning, 0, {0, 0.5}}, {6, kRunning, 0, {0, 0.3}}}};
  EXPECT_THAT(Ids(Halve({kStops}, {{lucky, good, bad}}).stops), ElementsAre(5, 6));
  lucky.trials[1] = {2, kRunning, 0, {0, 0.0}};
  EXPECT_THAT(Ids(Halve({kStops}, {{lucky, good, bad}}).stops), ElementsAre(1, 2, 5, 6))
      << "one seed of two was luck";
}

TEST(Hyperband, WhatHasEndedKeepsItsLastValue) {
  auto configs = Configs(kRunning, {{0, 0.9}, {0, 0.5}, {0, 0.1}});
  configs.push_back({.trials = {{4, kSucceeded, 0, {1.0}}}});  // solved at once
  configs.push_back({.trials = {{5, kFailed, 0, {1.0}}}});     // no result
  EXPECT_THAT(Ids(Halve({kStops}, configs).stops), ElementsAre(2, 3));
}

TEST(Hyperband, LeavesAloneWhatClaimsAreAbout) {
  auto configs = Configs(kRunning, {{0, 0.9}, {0, 0.5}, {0, 0.1}});
  configs[2].open = false;
  EXPECT_THAT(Ids(Halve({kStops}, configs).stops), ElementsAre(2));
}

TEST(Hyperband, PromotesTheBestThatWait) {
  const auto configs = Configs(kPaused, {{0, 0.9}, {0, 0.5}, {0, 0.1}, {0, 0.6}});
  const Steering steering = Halve({kPauses}, configs);
  EXPECT_THAT(steering.promoted, ElementsAre(1));
  EXPECT_THAT(steering.stops, IsEmpty());
  EXPECT_EQ(Halve({kPauses}, absl::MakeConstSpan(configs).first(2)), Steering())
      << "a third may come";
}

TEST(Hyperband, PromotesOfOneRungAtATimeAtLast) {
  auto configs = Configs(kPaused, {{0, 0.9}, {0, 0.5}});
  configs.push_back({.trials = {{3, kPaused, 1, {0, 0.6, 0, 0, 0, 0.6}}}});
  const Steering first = Halve({kPauses, true, /*last=*/true}, configs);
  EXPECT_THAT(first.promoted, ElementsAre(1)) << "to the rung where the third waits";
  configs[0].trials[0] = {1, kPaused, 1, {0, 0.9, 0, 0, 0, 0.3}};
  const Steering second = Halve({kPauses, true, /*last=*/true}, configs);
  EXPECT_THAT(second.promoted, ElementsAre(3));
  configs[2].trials[0].state = kSucceeded;
  const Steering third = Halve({kPauses, true, /*last=*/true}, configs);
  EXPECT_THAT(third.promoted, IsEmpty());
  EXPECT_THAT(Ids(third.stops), UnorderedElementsAre(1, 2));
}

TEST(Hyperband, ConfigsGoOnWhole) {
  // One seed was promoted before the other came.
  ConfigProgress split{.trials = {{1, kRunning, 1, {0, 0.1}}, {2, kPaused, 0, {0, 0.1}}}};
  ConfigProgress other{.trials = {{3, kPaused, 0, {0, 0.9}}, {4, kRunning, 0, {0}}}};
  EXPECT_THAT(Halve({kPauses}, {{split, other}}).promoted, ElementsAre(2));
}

TEST(Hyperband, WhatHasNoValueToBeComparedByGoesOn) {
  const auto configs = Configs(kPaused, {{}, {}});
  const Steering steering = Halve({kPauses, true, /*last=*/true}, configs);
  EXPECT_THAT(steering.promoted, ElementsAre(1, 2));
  EXPECT_TRUE(steering.last);
}

TEST(Hyperband, HalvesAnewAtEachRungWithoutPauses) {
  // Of nine three went on from the first rung, and have come to the second.
  auto configs =
      Configs(kRunning, {{0, 1, 0, 0, 0, 0.3}, {0, 1, 0, 0, 0, 0.9}, {0, 1, 0, 0, 0, 0.5}});
  for (int i = 4; i <= 9; ++i) {
    configs.push_back({.trials = {{i, kStopped, 0, {0, 0.95}, /*dropped=*/true}}});
  }
  EXPECT_THAT(Ids(Halve({kStops}, configs).stops), ElementsAre(1, 3)) << "one of three goes on";
}

TEST(Hyperband, ASeedThatDivergedAtOnceIsWorseThanAny) {
  ConfigProgress half{.trials = {{1, kRunning, 0, {0, 0.9}}, {2, kSucceeded, 0, {}}}};
  ConfigProgress good{.trials = {{3, kRunning, 0, {0, 0.2}}, {4, kRunning, 0, {0, 0.2}}}};
  EXPECT_THAT(Ids(Halve({kStops}, {{half, good}}).stops), ElementsAre(1));
}

TEST(MedianRule, EndsConfigsBelowTheMedianOfTheAverages) {
  const auto configs =
      Configs(kRunning, {{0.2, 0.4}, {0.3, 0.35}, {0.4, 0.2}, {0.25, 0.1}, {0.0, 0.9}});
  const std::vector<TrialStop> stops = BelowMedian({.first = 1}, true, configs);
  EXPECT_THAT(Ids(stops), ElementsAre(4)) << "0.25 < 0.31, though the fifth was worse before";
  EXPECT_THAT(stops[0].order.detail,
              HasSubstr("worse than 0.3125, the median of the averages of 4 others"));
  EXPECT_THAT(BelowMedian({.first = 3}, true, configs), IsEmpty());
  EXPECT_THAT(BelowMedian({.first = 1}, true, absl::MakeConstSpan(configs).first(3)), IsEmpty());
}

TEST(MedianRule, OfALossLowerIsBetter) {
  const auto configs = Configs(kRunning, {{2, 1}, {2, 1}, {2, 1}, {3, 2.5}});
  EXPECT_THAT(Ids(BelowMedian({.first = 1}, false, configs)), ElementsAre(4));
}

TEST(SolvedRule, WantsItHeld) {
  const std::vector<double> values = {0.2, 0.99, 0.4, 0.99, 0.995};
  EXPECT_TRUE(StopIfSolved({2}, values, 0.99).has_value());
  EXPECT_FALSE(StopIfSolved({3}, values, 0.99).has_value());
  EXPECT_FALSE(StopIfSolved({2}, absl::MakeConstSpan(values).first(4), 0.99).has_value());
  EXPECT_FALSE(StopIfSolved({2}, {}, 0.99).has_value());
}

TEST(PlateauRule, WantsSoMuchInSoManyEvaluations) {
  const std::vector<double> values = {0.1, 0.5, 0.4, 0.505, 0.3};
  EXPECT_TRUE(StopOnPlateau({3, 0.01}, true, values).has_value());
  EXPECT_FALSE(StopOnPlateau({3, 0.001}, true, values).has_value());
  EXPECT_FALSE(StopOnPlateau({4, 0.01}, true, values).has_value());
  EXPECT_FALSE(StopOnPlateau({5, 0.01}, true, values).has_value()) << "too few";
  EXPECT_TRUE(StopOnPlateau({1, 0.0}, true, values).has_value()) << "no gain is none";
  EXPECT_TRUE(StopOnPlateau({2, 0.01}, false, values).has_value()) << "of a loss";
}

}  // namespace
}  // namespace pathsweep

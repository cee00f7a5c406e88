#include "coordinator/early_stopping/futility.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace pathsweep {
namespace {

using Values = std::vector<double>;

Curves Of(const std::vector<Values>& curves) { return {curves.begin(), curves.end()}; }

const std::vector<Values>& Others() {
  static const auto& others =
      *new std::vector<Values>{{0, 0, 1}, {0, 0.5, 0.6}, {0.2, 0.2, 0.2}, {1}};
  return others;
}

// Three seeds of a config that stayed where they were.
const std::vector<Values>& Flat() {
  static const auto& flat = *new std::vector<Values>{{0.1}, {0.1}, {0.1}};
  return flat;
}

double Chance(const Bound& bound, const Values& values, double level,
              const std::vector<Values>& of_config = Flat(),
              const std::vector<Values>& of_claim = Others()) {
  const Curves claim = Of(of_claim), config = Of(of_config);
  return ChanceToReach(bound, values, {claim, config}, level);
}

constexpr Bound kHigh{0.9, true, {0, 1}};
constexpr Bound kLow{0.5, false, {0, 1}};

TEST(Futility, CountsWhoWentAsFarFromThere) {
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1}, 0.2), 2.0 / 5) << "one rose by 0.8";
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1, 0.85}, 0.2), 3.0 / 5)
      << "two rise by 0.05 from the second on";
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1, 0.1, 0.1}, 0.2), 1.0 / 5);
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1}, 1, Flat(), {}), 1);
}

TEST(Futility, WhatIsThereGoesOn) {
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.95}, 1), 1);
  EXPECT_DOUBLE_EQ(Chance(kLow, {0.4}, 1), 1);
}

TEST(Futility, WhatMayStillGetAwayGoesOn) {
  EXPECT_DOUBLE_EQ(Chance(kLow, {0.99}, 0.2), 1.0 / 5) << "nobody fell, and there is no room";
  EXPECT_DOUBLE_EQ(Chance(kLow, {0.9}, 0.2), 1) << "two rose by more, and so may its mean";
  const Bound loss{0.5, false, {0, std::numeric_limits<double>::infinity()}};
  const std::vector<Values> rising = {{0.6, 3}, {0.6, 3}, {0.6, 3}, {0.6, 3}};
  EXPECT_DOUBLE_EQ(Chance(loss, {0.6}, 0.2, Flat(), rising), 1);
  const Bound high_loss{1.5, true, {0, std::numeric_limits<double>::infinity()}};
  const std::vector<Values> falling = {{1.4, 0.1}, {1.4, 0.1}, {1.4, 0.1}, {1.4, 0.1}};
  EXPECT_DOUBLE_EQ(Chance(high_loss, {1.4}, 0.2, Flat(), falling), 1);
}

TEST(Futility, OtherSeedsOfTheConfigHaveAWord) {
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1, 0.1, 0.1}, 0.2, {{0.1}, {0.1}}), 1) << "three at least";
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1}, 0.5, {{0.1}, {0.1}, {0.1, 1}}), 1)
      << "one of them came to it";
  EXPECT_DOUBLE_EQ(Chance(kHigh, {0.1, 0.1}, 0.5, {{0.1}, {0.1}, {0.1, 1}}), 2.0 / 5)
      << "but not from there on";
}

}  // namespace
}  // namespace pathsweep

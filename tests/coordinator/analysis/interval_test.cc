#include "coordinator/analysis/interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pathsweep {
namespace {

TEST(MeanInterval, OneValueHasNoInterval) {
  const Estimate estimate = MeanInterval({0.5}, {});
  EXPECT_EQ(estimate.value, 0.5);
  EXPECT_FALSE(estimate.low.has_value());
  EXPECT_FALSE(estimate.high.has_value());
}

TEST(MeanInterval, EqualValuesHaveAnIntervalOfWidthZero) {
  const Estimate estimate = MeanInterval({0.5, 0.5, 0.5}, {});
  EXPECT_EQ(*estimate.low, 0.5);
  EXPECT_EQ(*estimate.high, 0.5);
}

TEST(MeanInterval, TakesNoLessThanTheLeastDeviation) {
  const Estimate least = MeanInterval({0.4, 0.6}, {}, 1);
  const Estimate wide = MeanInterval({0.5 - std::sqrt(0.5), 0.5 + std::sqrt(0.5)}, {});
  EXPECT_NEAR(*least.low, *wide.low, 1e-12);
  EXPECT_NEAR(*least.high, *wide.high, 1e-12);
  EXPECT_EQ(*MeanInterval({0.4, 0.6}, {}, 0.01).low, *MeanInterval({0.4, 0.6}, {}).low);
}

TEST(MeanInterval, TwoSeedsThatDisagreeSayNothingOfAShare) {
  const Estimate estimate = MeanInterval({0, 1}, {0, 1});
  EXPECT_EQ(estimate.value, 0.5);
  EXPECT_EQ(*estimate.low, 0);  // cut: a share lies in [0, 1]
  EXPECT_EQ(*estimate.high, 1);
}

TEST(WilsonInterval, StaysInsideZeroAndOneAndHasWidthAtTheEnds) {
  const Estimate none = WilsonInterval(0, 3);
  EXPECT_EQ(*none.low, 0);
  EXPECT_GT(*none.high, 0.5);
  const Estimate all = WilsonInterval(3, 3);
  EXPECT_LT(*all.low, 0.5);
  EXPECT_EQ(*all.high, 1);
}

}  // namespace
}  // namespace pathsweep

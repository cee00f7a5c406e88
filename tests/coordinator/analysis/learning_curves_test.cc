#include "coordinator/analysis/learning_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr MetricRange kShare{0, 1};

TEST(AverageCurve, TrialsThatEndedKeepTheirLastValue) {
  const std::vector<TrialCurve> trials = {
      {.seed = 1, .points = {{10, 0.25}, {20, 0.5}, {30, 0.5}}},
      {.seed = 2, .points = {{10, 0.75}, {20, 1.0}}},  // solved
  };
  const std::vector<CurvePoint> curve = AverageCurve(trials, kShare);
  ASSERT_THAT(curve, SizeIs(3));
  EXPECT_EQ(curve[2].step, 30);
  EXPECT_EQ(curve[2].mean.value, 0.75);
  EXPECT_EQ(curve[2].n, 2);
  EXPECT_EQ(curve[2].carried, 1);
  EXPECT_EQ(curve[1].carried, 0);
  EXPECT_EQ(curve[0].mean.low, 0) << "cut to the metric's range";
}

TEST(AverageCurve, ATrialCountsFromItsFirstMeasurementOn) {
  const std::vector<TrialCurve> trials = {{.seed = 1, .points = {{10, 0.5}, {40, 0.5}}},
                                          {.seed = 2, .points = {{25, 1.0}, {40, 1.0}}}};
  const std::vector<CurvePoint> curve = AverageCurve(trials, kShare);
  ASSERT_THAT(curve, SizeIs(3));
  EXPECT_EQ(curve[0].n, 1);
  EXPECT_FALSE(curve[0].mean.low.has_value()) << "of one value";
  EXPECT_EQ(curve[1].step, 25);
  EXPECT_EQ(curve[1].n, 2);
  EXPECT_EQ(curve[1].mean.value, 0.75) << "the newest value, between two evaluations too";
  EXPECT_EQ(curve[1].carried, 0) << "the first trial goes on";
}

TEST(AverageCurve, OneSeedGivesNoInterval) {
  const std::vector<TrialCurve> trials = {{.seed = 1, .points = {{10, 0.5}}},
                                          {.seed = 1, .points = {{10, 1.0}}}};
  EXPECT_FALSE(AverageCurve(trials, kShare)[0].mean.low.has_value());
}

TEST(AverageCurve, NothingMeasuredIsNoCurve) {
  EXPECT_THAT(AverageCurve({}, kShare), IsEmpty());
  EXPECT_THAT(AverageCurve({{TrialCurve{.seed = 1}}}, kShare), IsEmpty());
}

TEST(StepsOf, AreThoseOfAllTrialsOnce) {
  const std::vector<TrialCurve> trials = {{.seed = 1, .points = {{10, 0}, {30, 0}}},
                                          {.seed = 2, .points = {{5, 0}, {10, 0}, {40, 0}}}};
  EXPECT_THAT(StepsOf(trials), ElementsAre(5, 10, 30, 40));
}

}  // namespace
}  // namespace pathsweep

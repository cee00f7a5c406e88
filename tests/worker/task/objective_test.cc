#include "worker/task/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "worker/task/task_shape.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;

constexpr TaskShape kShape{.degree = 2, .length = 4, .nodes = 10};
constexpr int64_t kDummy = 13;

struct Pair {
  std::vector<int64_t> tail;
  std::vector<int64_t> target;
};

Pair PairOf(const char* name) {
  TrialParameters parameters;
  parameters.objective = name;
  const std::vector<int32_t> path = {5, 2, 8, 1};
  Pair pair{std::vector<int64_t>(3), std::vector<int64_t>(4)};
  WriteTarget(ObjectiveOf(parameters), kShape, path.data(), pair.target.data());
  WriteTail(ObjectiveOf(parameters), kShape, pair.target.data(), pair.tail.data());
  return pair;
}

TEST(Objective, StandardShowsThePathBefore) {
  const Pair pair = PairOf("standard");
  EXPECT_THAT(pair.target, ElementsAre(5, 2, 8, 1));
  EXPECT_THAT(pair.tail, ElementsAre(5, 2, 8));
}

TEST(Objective, ReverseBeginsAtTheGoal) {
  const Pair pair = PairOf("reverse");
  EXPECT_THAT(pair.target, ElementsAre(1, 8, 2, 5));
  EXPECT_THAT(pair.tail, ElementsAre(1, 8, 2));
}

TEST(Objective, TeacherlessShowsOnlyDummies) {
  const Pair pair = PairOf("teacherless");
  EXPECT_THAT(pair.target, ElementsAre(5, 2, 8, 1));
  EXPECT_THAT(pair.tail, ElementsAre(kDummy, kDummy, kDummy));
}

TEST(Objective, SampledAndManyTargetsAreStandardPairs) {
  for (const char* name : {"scheduled_sampling", "multi_target"}) {
    EXPECT_EQ(PairOf(name).target, PairOf("standard").target);
    EXPECT_EQ(PairOf(name).tail, PairOf("standard").tail);
  }
  EXPECT_EQ(GoalsPerGraph(Objective::kMultiTarget, kShape), 2);
  EXPECT_EQ(GoalsPerGraph(Objective::kStandard, kShape), 1);
}

TEST(Objective, OnlyTeacherlessIsNotAutoregressive) {
  EXPECT_TRUE(IsAutoregressive(Objective::kScheduledSampling));
  EXPECT_TRUE(IsAutoregressive(Objective::kMultiTarget));
  EXPECT_TRUE(IsAutoregressive(Objective::kStandard));
  EXPECT_TRUE(IsAutoregressive(Objective::kReverse));
  EXPECT_FALSE(IsAutoregressive(Objective::kTeacherless));
}

}  // namespace
}  // namespace pathsweep

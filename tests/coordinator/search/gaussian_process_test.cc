#include "coordinator/search/gaussian_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "coordinator/search/gp_sampler.h"

namespace pathsweep {
namespace {

using Choice = SearchPool::Choice;

constexpr int kValues = 200;

SearchPool PoolOf(std::vector<std::string> numbers) {
  std::vector<JointAxis> groups;
  for (const std::string& name : numbers) {
    std::vector<JointAxis::Point> points;
    for (int i = 0; i < kValues; ++i) points.push_back({(i + 0.5) / kValues});
    groups.emplace_back(std::vector<std::string>{name}, std::move(points));
  }
  return SearchPool(groups);
}

double At(const Choice& point, size_t lane = 0) { return (point[lane] + 0.5) / kValues; }

double NormalDraw(uint64_t index) {
  PhiloxStream random(5, 0, index);
  return std::sqrt(-2 * std::log(random.Uniform())) * std::cos(2 * M_PI * random.Uniform());
}

std::vector<Observation> Curve(uint32_t step, double noise) {
  std::vector<Observation> seen;
  for (uint32_t point = 0; point < kValues; point += step) {
    seen.push_back({{point}, std::sin(6 * At({point})) + noise * NormalDraw(point)});
  }
  return seen;
}

TEST(GaussianProcess, GoesThroughWhatWasSeenAndBetweenIt) {
  const SearchPool pool = PoolOf({"lr"});
  const GaussianProcess process(pool, Curve(20, 0));
  for (uint32_t point = 0; point < kValues - 20; point += 5) {
    const GaussianProcess::Belief belief = process.At({point});
    EXPECT_NEAR(belief.mean, std::sin(6 * At({point})), 0.05);
    EXPECT_LT(belief.deviation, 0.1);
  }
}

// The posterior of a process with two points, worked out by hand: k* K⁻¹ y.
TEST(GaussianProcess, AgreesWithTheFormulaForTwoPoints) {
  const SearchPool pool = PoolOf({"lr"});
  const std::vector<Observation> seen = {{{50}, 1.0}, {{150}, -1.0}};
  const GaussianProcess process(pool, seen);
  // By symmetry the mean is 0 half way, and odd around it.
  EXPECT_NEAR(process.At({100}).mean, 0, 0.02);
  EXPECT_NEAR(process.At({60}).mean, -process.At({140}).mean, 1e-9);
  EXPECT_GT(process.At({199}).deviation, process.At({150}).deviation);
}

TEST(GaussianProcess, TellsNoiseFromTheCurve) {
  const SearchPool pool = PoolOf({"lr"});
  const GaussianProcess process(pool, Curve(2, 0.3));
  double squares = 0;
  for (uint32_t point = 1; point < kValues; point += 2) {
    squares += std::pow(process.At({point}).mean - std::sin(6 * At({point})), 2);
  }
  EXPECT_LT(std::sqrt(squares / (kValues / 2)), 0.12);
}

TEST(GaussianProcess, AParameterThatDoesNothingIsPassedOver) {
  const SearchPool pool = PoolOf({"lr", "dropout"});
  std::vector<Observation> seen;
  for (uint64_t i = 0; i < 40; ++i) {
    PhiloxStream random(9, 1, i);
    const Choice point = pool.Draw(random);
    seen.push_back({point, std::sin(6 * At(point))});
  }
  const GaussianProcess process(pool, seen);
  for (uint32_t lr : {20u, 100u, 180u}) {
    EXPECT_NEAR(process.At({lr, 5}).mean, process.At({lr, 190}).mean, 0.1);
  }
}

TEST(GaussianProcess, IsSurerNearPendingPointsAndExpectsTheSame) {
  const SearchPool pool = PoolOf({"lr"});
  std::vector<Observation> half = Curve(10, 0);
  half.resize(half.size() / 2);
  const GaussianProcess process(pool, half);
  const GaussianProcess more = process.With(std::vector<Choice>{{180}});
  EXPECT_LT(more.At({180}).deviation, process.At({180}).deviation / 2);
  EXPECT_NEAR(more.At({180}).mean, process.At({180}).mean, 0.02);
}

TEST(GaussianProcess, ForetellsACurveAndNotNoise) {
  const SearchPool pool = PoolOf({"lr"});
  EXPECT_GT(GaussianProcess(pool, Curve(10, 0)).ShareForetold(), 0.95);
  // The curve's variance is some 0.5 and the noise's 0.25, so two thirds can be foretold.
  EXPECT_NEAR(GaussianProcess(pool, Curve(2, 0.5)).ShareForetold(), 2.0 / 3, 0.15);
  std::vector<Observation> noise = Curve(4, 0);
  for (Observation& one : noise) one.loss = NormalDraw(one.point[0]);
  EXPECT_LT(GaussianProcess(pool, noise).ShareForetold(), 0.1);
  for (Observation& one : noise) one.loss = 0.5;
  EXPECT_EQ(GaussianProcess(pool, noise).ShareForetold(), 0);
}

TEST(GaussianProcess, EqualLossesAreNoReasonToFail) {
  const SearchPool pool = PoolOf({"lr"});
  const std::vector<Observation> seen = {{{5}, 0.5}, {{100}, 0.5}, {{100}, 0.5}};
  EXPECT_NEAR(GaussianProcess(pool, seen).At({70}).mean, 0.5, 1e-6);
}

TEST(GpSampler, FindsTheLowestPointInAFewSteps) {
  const SearchPool pool = PoolOf({"lr", "dropout"});
  const auto loss = [](const Choice& point) {
    return std::pow(At(point) - 0.7, 2) + std::pow(At(point, 1) - 0.2, 2);
  };
  std::vector<Observation> seen;
  for (uint64_t i = 0; i < 25; ++i) {
    PhiloxStream random(3, 0, i);
    const Choice point = i < 5 ? pool.Draw(random)
                               : GpSampler(pool, seen)
                                     .Propose(
                                         {}, [](const Choice&) { return true; }, random)
                                     .value();
    seen.push_back({point, loss(point)});
  }
  EXPECT_LT(std::ranges::min(seen, {}, &Observation::loss).loss, 0.003);
}

TEST(GpSampler, SpreadsOutOverPendingPoints) {
  const SearchPool pool = PoolOf({"lr"});
  const std::vector<Observation> seen = Curve(40, 0);
  const GpSampler sampler(pool, seen);
  std::vector<Choice> pending;
  for (uint64_t i = 0; i < 4; ++i) {
    PhiloxStream random(3, 0, i);
    pending.push_back(*sampler.Propose(
        pending,
        [&](const Choice& one) { return std::ranges::find(pending, one) == pending.end(); },
        random));
  }
  const auto [low, high] = std::ranges::minmax(pending);
  EXPECT_GT(high[0] - low[0], 5);
}

}  // namespace
}  // namespace pathsweep

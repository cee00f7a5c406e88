#include "coordinator/analysis/adaptive_seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "coordinator/analysis/claim_findings.h"

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr SeedRule kRule{.least = 3, .most = 12};

TEST(LooksOf, GrowByHalfFromTheLeastToTheMost) {
  EXPECT_THAT(LooksOf(kRule), ElementsAre(3, 5, 8, 12));
  EXPECT_THAT(LooksOf({.least = 2, .most = 4}), ElementsAre(2, 3, 4));
  EXPECT_THAT(LooksOf({.least = 5, .most = 6}), ElementsAre(5, 6));
}

Claim AtLeastHalf(const std::string& metric = "cheat_gap") {
  return {"c",
          {},
          metric,
          BoundClaim{BoundClaim::Side::kAtLeast,
                     Expression::Parse("0.5", Expression::Type::kNumber).value()}};
}

TEST(AddWantedSeeds, GoesOnWhereAClaimIsUndecided) {
  std::vector<Grid> grids(4);
  for (size_t i = 0; i < grids.size(); ++i) grids[i].fixed.lr = 1e-3 * static_cast<double>(i + 1);
  std::vector<SeedValues::Row> rows;
  const auto add = [&](size_t config, const std::vector<std::optional<double>>& values) {
    int64_t seed = 0;
    for (const auto& value : values) {
      rows.push_back({config, {static_cast<int64_t>(rows.size()), ++seed, value}});
    }
  };
  add(0, {0.9, 0.91, 0.89});                    // holds
  add(1, {0.4, 0.5, 0.61});                     // undecided
  add(2, {0.4, 0.5, 0.61, 0.5, std::nullopt});  // undecided, and one without a value
  add(3, std::vector<std::optional<double>>(12, std::nullopt));  // has all that it may have
  const ConfigColumns configs(grids);
  const SeedValues values(4, rows);
  const Claim claim = AtLeastHalf();
  const auto samples = SamplesOf(claim, configs, values).value();
  const auto verdicts = Judge(claim, samples, LooksOf(kRule).size());
  std::map<size_t, int64_t> wanted = {{1, 4}};  // another claim's
  AddWantedSeeds(kRule, samples, verdicts, values, wanted);
  EXPECT_THAT(wanted, ElementsAre(Pair(1, 5), Pair(2, 8)));
  wanted.clear();
  AddWantedSeeds({.least = 2, .most = 3}, samples, verdicts, values, wanted);
  EXPECT_THAT(wanted, IsEmpty());
}

// A surface with a sharp boundary: 60 configs, most of which are clear, some close to the bound,
// some exactly at it.
std::vector<double> Surface() {
  std::vector<double> means;
  for (int i = 0; i < 60; ++i) {
    const double x = (i - 30) / 6.0;
    means.push_back(i % 10 == 5 ? 0.5 : 0.5 + 0.5 * std::tanh(x));
  }
  return means;
}

// A seed's outcome.
using Draw = double (*)(std::mt19937&, double mean);

double Normal(std::mt19937& random, double mean) {
  return std::normal_distribution<double>(mean, 0.1)(random);
}

// What a design concludes and costs.
struct Outcome {
  double wrong = 0;  // among the verdicts given; at the bound either is
  double decided = 0;
  double trials = 0;
};

// A sweep that is judged at each of the looks; what is undecided goes on.
Outcome Simulate(const std::vector<double>& means, const SeedRule& rule, Draw draw,
                 std::mt19937& random) {
  std::vector<Grid> grids(means.size());
  for (size_t i = 0; i < grids.size(); ++i) grids[i].fixed.lr = 1e-4 * static_cast<double>(i + 1);
  const ConfigColumns configs(grids);
  const Claim claim = AtLeastHalf();
  std::vector<SeedValues::Row> rows;
  std::vector<int64_t> seeds(means.size(), 0);
  std::map<size_t, int64_t> wanted;
  for (size_t i = 0; i < means.size(); ++i) wanted[i] = rule.least;
  std::vector<ConfigVerdict> verdicts;
  while (!wanted.empty()) {
    for (const auto& [config, count] : wanted) {
      while (seeds[config] < count) {
        rows.push_back(
            {config,
             {static_cast<int64_t>(rows.size()), ++seeds[config], draw(random, means[config])}});
      }
    }
    const SeedValues values(means.size(), rows);
    const auto samples = SamplesOf(claim, configs, values).value();
    verdicts = Judge(claim, samples, LooksOf(rule).size());
    wanted.clear();
    AddWantedSeeds(rule, samples, verdicts, values, wanted);
  }
  Outcome outcome{.trials = static_cast<double>(rows.size())};
  for (size_t i = 0; i < means.size(); ++i) {
    if (verdicts[i].verdict == Verdict::kUndecided) continue;
    ++outcome.decided;
    const bool holds = verdicts[i].verdict == Verdict::kHolds;
    if (means[i] == 0.5 || holds != (means[i] > 0.5)) ++outcome.wrong;
  }
  if (outcome.decided > 0) outcome.wrong /= outcome.decided;
  return outcome;
}

Outcome Average(int sweeps, const std::vector<double>& means, const SeedRule& rule, Draw draw,
                unsigned seed) {
  std::mt19937 random(seed);
  Outcome sum;
  for (int i = 0; i < sweeps; ++i) {
    const Outcome one = Simulate(means, rule, draw, random);
    sum.wrong += one.wrong / sweeps;
    sum.decided += one.decided / sweeps;
    sum.trials += one.trials / sweeps;
  }
  return sum;
}

// docs/statistics.md quotes what this prints.
TEST(AdaptiveSeeds, HoldTheLevelAndSaveTrials) {
  const unsigned seed = 20261128;
  constexpr int kSweeps = 2000;
  const Outcome adaptive = Average(kSweeps, Surface(), kRule, Normal, seed);
  const Outcome fixed = Average(kSweeps, Surface(), {.least = 12, .most = 12}, Normal, seed);
  printf("of 60 configs, %d sweeps   wrong verdicts   decided   trials\n", kSweeps);
  printf("seeds {min: 3, max: 12}            %.4f      %.1f    %.1f\n", adaptive.wrong,
         adaptive.decided, adaptive.trials);
  printf("seeds: 12                          %.4f      %.1f    %.1f\n", fixed.wrong, fixed.decided,
         fixed.trials);
  EXPECT_LE(adaptive.wrong, 0.05) << "seed " << seed;
  EXPECT_LE(fixed.wrong, 0.05) << "seed " << seed;
  EXPECT_LE(adaptive.trials, 0.6 * fixed.trials) << "seed " << seed;
  EXPECT_GE(adaptive.decided, 0.9 * fixed.decided) << "seed " << seed;
}

// Where every config is exactly at the bound any verdict is wrong, whichever it is: the share of
// sweeps with one is what the level promises, over all looks.
TEST(AdaptiveSeeds, HoldTheLevelWhereEveryVerdictIsWrong) {
  const unsigned seed = 20261129;
  constexpr int kSweeps = 2000;
  const std::vector<double> means(20, 0.5);
  const Outcome adaptive = Average(kSweeps, means, kRule, Normal, seed);
  printf("20 configs at the bound, %d sweeps: %.4f have a verdict\n", kSweeps, adaptive.wrong);
  // And two standard errors: how a normal distribution is drawn differs between libraries.
  EXPECT_LE(adaptive.wrong, 0.05 + 2 * std::sqrt(0.05 * 0.95 / kSweeps)) << "seed " << seed;
}

}  // namespace
}  // namespace pathsweep

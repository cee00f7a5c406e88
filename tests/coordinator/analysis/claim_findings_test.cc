#include "coordinator/analysis/claim_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Expression Number(const std::string& text) {
  return Expression::Parse(text, Expression::Type::kNumber).value();
}

Claim Bound(BoundClaim::Side side, const std::string& bound) {
  return {"c", {}, "exact_match", BoundClaim{side, Number(bound)}};
}
Claim AtLeast(const std::string& bound) { return Bound(BoundClaim::Side::kAtLeast, bound); }
Claim AtMost(const std::string& bound) { return Bound(BoundClaim::Side::kAtMost, bound); }

// Configs and the values of their seeds; the trials are numbered on from 1.
class Results {
 public:
  void Add(const TrialParameters& parameters, const std::vector<std::optional<double>>& values) {
    int64_t seed = 0;
    for (const std::optional<double>& value : values) {
      rows_.push_back({grids_.size(), {static_cast<int64_t>(rows_.size()) + 1, ++seed, value}});
    }
    grids_.push_back({.fixed = parameters});
  }
  // The findings point into the columns, which are made anew by the next call.
  absl::StatusOr<ClaimFindings> Investigate(const Claim& claim) {
    configs_.emplace(grids_);
    return pathsweep::Investigate(claim, *configs_, SeedValues(grids_.size(), rows_));
  }

 private:
  std::vector<Grid> grids_;
  std::vector<SeedValues::Row> rows_;
  std::optional<ConfigColumns> configs_;
};

TrialParameters WithLr(double lr, const std::string& objective = "standard") {
  TrialParameters parameters;
  parameters.lr = lr;
  parameters.objective = objective;
  return parameters;
}

TEST(Judge, HoldsFailsOrIsUndecidedByTheSeeds) {
  Results results;
  results.Add(WithLr(1e-4), {0.99, 1.0, 0.98});
  results.Add(WithLr(1e-3), {0.50, 0.52, 0.49});
  results.Add(WithLr(1e-2), {0.2, 0.99, 0.97});
  const ClaimFindings found = results.Investigate(AtLeast("0.9")).value();
  ASSERT_THAT(found.verdicts, SizeIs(3));
  EXPECT_EQ(found.verdicts[0].verdict, Verdict::kHolds);
  EXPECT_EQ(found.verdicts[1].verdict, Verdict::kFails);
  EXPECT_EQ(found.verdicts[2].verdict, Verdict::kUndecided);
  EXPECT_EQ(found.holds, 1);
  EXPECT_EQ(found.fails, 1);
  EXPECT_EQ(found.undecided, 1);
  EXPECT_NEAR(found.verdicts[0].margin, 0.09, 1e-12);
  EXPECT_THAT(WrongTrials(AtLeast("0.9"), found.samples[2]), ElementsAre(7));
}

TEST(Judge, ABoundMayDependOnTheConfig) {
  Results results;
  for (int64_t degree : {2, 4}) {
    TrialParameters parameters;
    parameters.degree = degree;
    parameters.test_samples = 10'000;
    results.Add(parameters, {0.5, 0.51, 0.49});
  }
  const ClaimFindings found = results.Investigate(AtMost("1/degree + 0.05")).value();
  EXPECT_DOUBLE_EQ(found.samples[0].bound, 0.55);
  EXPECT_EQ(found.verdicts[0].verdict, Verdict::kHolds);
  EXPECT_DOUBLE_EQ(found.samples[1].bound, 0.3);
  EXPECT_EQ(found.verdicts[1].verdict, Verdict::kFails);
}

TEST(Judge, SeedsThatAgreeAreNotBelievedBeyondTheirTestSet) {
  TrialParameters few = WithLr(1e-3), many = WithLr(1e-3);
  few.test_samples = 10;
  many.test_samples = 10'000;
  for (const TrialParameters& parameters : {few, many}) {
    Results results;
    results.Add(parameters, {1.0, 1.0});
    const ClaimFindings found = results.Investigate(AtLeast("0.95")).value();
    EXPECT_EQ(found.verdicts[0].verdict,
              parameters.test_samples == 10 ? Verdict::kUndecided : Verdict::kHolds);
    // What is shown agrees with the verdict.
    EXPECT_EQ(*found.verdicts[0].mean->low < 0.95, parameters.test_samples == 10);
  }
}

TEST(Judge, OneSeedDecidesNothingAndNoSeedIsMissing) {
  Results results;
  results.Add(WithLr(1e-3), {1.0});
  results.Add(WithLr(2e-3), {std::nullopt, std::nullopt});
  const ClaimFindings found = results.Investigate(AtLeast("0.1")).value();
  EXPECT_EQ(found.undecided, 2);
  EXPECT_EQ(found.samples[0].values.size(), 1);
  EXPECT_EQ(found.samples[1].missing, 2);
  EXPECT_FALSE(found.verdicts[1].mean.has_value());
}

TEST(Judge, WhereRestrictsToValuesAndRanges) {
  Results results;
  results.Add(WithLr(1e-4), {0.5, 0.5});
  results.Add(WithLr(1e-3), {0.5, 0.5});
  results.Add(WithLr(1e-3, "reverse"), {0.5, 0.5});
  Claim claim = AtLeast("0.1");
  claim.where = {{"objective", {std::string("standard")}}, {"lr", {}, 5e-4, 1}};
  EXPECT_THAT(results.Investigate(claim)->samples, SizeIs(1));
  claim.where.push_back({"degree", {int64_t{9}}});
  const absl::Status status = results.Investigate(claim).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("none of the sweep's configs"));
}

TEST(Judge, ABoundThatIsNoNumberIsSaid) {
  Results results;
  results.Add({}, {0.5, 0.5});
  const absl::Status status = results.Investigate(AtLeast("1/(degree - 2)")).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("divide by zero"));
}

TEST(FindBoundary, CountsPairsOfNeighboursThatFlip) {
  Results results;
  results.Add(WithLr(4e-3), {0.1, 0.11, 0.12});
  results.Add(WithLr(1e-3), {0.99, 1.0, 0.98});
  results.Add(WithLr(2e-3), {0.99, 1.0, 0.98});
  results.Add(WithLr(1e-3, "reverse"), {0.99, 1.0, 0.98});
  results.Add(WithLr(2e-3, "reverse"), {0.1, 0.11, 0.12});
  results.Add(WithLr(4e-3, "reverse"), {0.99, 1.0, 0.98});
  const ClaimFindings found = results.Investigate(AtLeast("0.5")).value();
  ASSERT_THAT(found.boundary, SizeIs(2)) << "an objective has no neighbours";
  const BoundaryStep& low = found.boundary[0];
  EXPECT_EQ(low.column->spec->name, "lr");
  EXPECT_EQ(low.column->values[low.below], ParameterValue(1e-3));
  EXPECT_EQ(low.holding_to_failing, 1);
  EXPECT_EQ(low.failing_to_holding, 0);
  EXPECT_EQ(low.steady, 1);
  const BoundaryStep& high = found.boundary[1];
  EXPECT_EQ(high.column->values[high.below], ParameterValue(2e-3));
  EXPECT_EQ(high.holding_to_failing, 1);
  EXPECT_EQ(high.failing_to_holding, 1);
  EXPECT_EQ(high.steady, 0);
}

TEST(FindBoundary, PassesOverWhatIsUndecidedOrWasNotTried) {
  Results results;
  results.Add(WithLr(1e-3), {0.99, 1.0, 0.98});
  results.Add(WithLr(2e-3), {0.1, 0.99, 0.5});  // undecided
  results.Add(WithLr(4e-3), {0.1, 0.11, 0.12});
  results.Add(WithLr(1e-3, "reverse"), {0.99, 1.0, 0.98});
  results.Add(WithLr(4e-3, "reverse"), {0.1, 0.11, 0.12});
  EXPECT_THAT(results.Investigate(AtLeast("0.5"))->boundary, IsEmpty());
}

TEST(Findings, ShareIsOfTheDecidedWithAnIntervalForAll) {
  Results results;
  for (int i = 1; i <= 6; ++i) results.Add(WithLr(i * 1e-4), {0.99, 1.0, 0.98});
  for (int i = 7; i <= 8; ++i) results.Add(WithLr(i * 1e-4), {0.1, 0.11, 0.12});
  for (int i = 9; i <= 10; ++i) results.Add(WithLr(i * 1e-4), {0.1, 0.99, 0.5});
  const ClaimFindings found = results.Investigate(AtLeast("0.5")).value();
  ASSERT_TRUE(found.share);
  EXPECT_DOUBLE_EQ(found.share->value, 0.75);
  EXPECT_NEAR(*found.share->low, 0.2624, 1e-4) << "6 of 10, Clopper and Pearson";
  EXPECT_NEAR(*found.share->high, 0.9748, 1e-4) << "8 of 10";
  EXPECT_EQ(found.counterexamples, 6);
  EXPECT_EQ(found.exceptions, 2) << "0.1 in each of the undecided; 0.5 is at the bound";
}

TEST(Findings, WorstComesFirst) {
  Results results;
  results.Add(WithLr(1e-4), {0.99, 1.0, 0.98});
  results.Add(WithLr(2e-4), {std::nullopt});
  results.Add(WithLr(3e-4), {0.20, 0.21, 0.22});
  results.Add(WithLr(4e-4), {0.1, 0.99, 0.5});
  results.Add(WithLr(5e-4), {0.10, 0.11, 0.12});
  EXPECT_THAT(results.Investigate(AtLeast("0.5"))->worst_first, ElementsAre(4, 2, 3, 0, 1));
}

TEST(Effects, AreThoseOfTheParametersThatTheMarginFollows) {
  Results results;
  for (double lr : {1e-3, 2e-3, 4e-3}) {
    for (int64_t depth : {2, 4}) {
      TrialParameters parameters = WithLr(lr);
      parameters.depth = depth;
      const double mean = lr == 1e-3 ? 0.8 : 0.3;  // whatever the depth
      results.Add(parameters, {mean - 0.02, mean, mean + 0.02});
    }
  }
  const Effects effects = results.Investigate(AtLeast("0.5")).value().effects;
  ASSERT_THAT(effects.all, SizeIs(3)) << effects.none;
  EXPECT_THAT(effects.all[0].parameters, ElementsAre("lr"));
  EXPECT_NEAR(effects.all[0].share.value, 1, 1e-12);
  EXPECT_GT(*effects.all[0].share.low, 0.9);
  EXPECT_GT(*effects.all[0].noise_floor, 0);
  for (size_t i : {1, 2}) {
    EXPECT_NEAR(effects.all[i].share.value, 0, 1e-12);
    EXPECT_LT(*effects.all[i].share.high, 0.02);
  }
}

// Where nothing but noise varies, the floor is what the shares are on average, and the intervals
// reach down to nothing.
TEST(Effects, NoiseAloneIsWhatTheFloorSays) {
  const unsigned seed = 7;
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0.5, 0.1);
  double share = 0, floor = 0;
  int from_nothing = 0, all = 0;
  constexpr int kSweeps = 200;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    Results results;
    for (double lr : {1e-3, 2e-3, 4e-3}) {
      for (int64_t depth : {2, 4, 6}) {
        TrialParameters parameters = WithLr(lr);
        parameters.depth = depth;
        results.Add(parameters, {noise(random), noise(random), noise(random), noise(random)});
      }
    }
    const ClaimFindings found = results.Investigate(AtLeast("0.5")).value();
    for (const Effect& effect : found.effects.all) {
      if (effect.parameters.size() > 1) continue;
      share += effect.share.value / (2 * kSweeps);
      floor += *effect.noise_floor / (2 * kSweeps);
      ++all;
      from_nothing += *effect.share.low == 0 ? 1 : 0;
    }
  }
  EXPECT_NEAR(share, 0.25, 0.03) << "seed " << seed;  // 2 of 8 degrees of freedom
  EXPECT_NEAR(floor, 0.25, 0.07) << "seed " << seed;  // a ratio of two estimates
  EXPECT_GT(from_nothing, 0.9 * all) << "seed " << seed;
}

// lr is all that matters among configs that are no grid; chance gives the others what the floor
// says.
TEST(Effects, OfASampleAreEstimated) {
  const unsigned seed = 11;
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::normal_distribution<double> noise(0, 0.05);
  std::vector<JointAxis::Point> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back({1e-3 + uniform(random) * 1e-2, uniform(random),
                   static_cast<int64_t>(1 + uniform(random) * 3)});
  }
  Grid grid;
  grid.joint = {JointAxis({"lr", "weight_decay", "depth"}, all)};
  const std::vector<Grid> grids = {grid};
  const ConfigColumns configs(grids);
  std::vector<ConfigMean> means;
  for (size_t config = 0; config < 200; ++config) {
    const double lr = configs.At(config).lr;
    means.push_back({config, (lr - 6e-3) * (lr - 6e-3) * 1e4 + noise(random), std::nullopt});
  }
  const Effects effects = ExplainVariance(configs, means);
  ASSERT_THAT(effects.all, SizeIs(3)) << effects.none;
  EXPECT_TRUE(effects.sampled);
  EXPECT_THAT(effects.all[0].parameters, ElementsAre("lr"));
  EXPECT_GT(*effects.all[0].share.low, 0.5) << "seed " << seed;
  for (size_t i : {1, 2}) {
    const Effect& chance = effects.all[i];
    EXPECT_LT(chance.share.value, 3 * *chance.noise_floor + 0.02) << "seed " << seed;
    EXPECT_LT(*chance.share.low, 0.02) << "seed " << seed;
  }
  means.resize(10);
  EXPECT_THAT(ExplainVariance(configs, means).none,
              HasSubstr("not a full grid, and fewer than 20"));
}

TEST(Effects, SayWhyThereAreNone) {
  Results gap;
  gap.Add(WithLr(1e-3), {0.9, 0.8});
  gap.Add(WithLr(2e-3), {std::nullopt});
  EXPECT_THAT(gap.Investigate(AtLeast("0.5"))->effects.none, HasSubstr("1 of 2 configs"));
  Results corner;
  corner.Add(WithLr(1e-3, "reverse"), {0.9, 0.8});
  corner.Add(WithLr(1e-3), {0.9, 0.7});
  corner.Add(WithLr(2e-3), {0.9, 0.6});
  EXPECT_THAT(corner.Investigate(AtLeast("0.5"))->effects.none, HasSubstr("not a full grid"));
  Results single;
  single.Add(WithLr(1e-3), {0.9, 0.8});
  EXPECT_THAT(single.Investigate(AtLeast("0.5"))->effects.none, HasSubstr("no parameter varies"));
}

Claim Gap(const std::string& least) {
  return {"gap",
          {},
          "exact_match",
          ComparisonClaim{"objective", std::string("teacherless"), std::string("standard"),
                          Number(least)}};
}

TEST(Judge, ComparesConfigsThatDifferInOneParameterSeedBySeed) {
  Results results;
  results.Add(WithLr(1e-3, "standard"), {0.2, 0.4, 0.6, 0.5});
  results.Add(WithLr(1e-3, "teacherless"),
              {0.61, 0.8, 0.99, 0.9});  // seeds vary, differences do not
  results.Add(WithLr(1e-3, "reverse"), {1.0, 1.0, 1.0, 1.0});
  results.Add(WithLr(2e-3, "teacherless"), {1.0, 1.0, 1.0, 1.0});  // has nothing beside it
  const ClaimFindings found = results.Investigate(Gap("0.3")).value();
  ASSERT_THAT(found.verdicts, SizeIs(1));
  EXPECT_NEAR(found.verdicts[0].mean->value, 0.4, 1e-9);
  EXPECT_EQ(found.verdicts[0].verdict, Verdict::kHolds);
  EXPECT_EQ(found.samples[0].values.size(), 4);
}

TEST(Judge, APairWithoutItsOtherSideIsMissing) {
  Results results;
  results.Add(WithLr(1e-3, "standard"), {0.2, std::nullopt, 0.2});
  results.Add(WithLr(1e-3, "teacherless"), {0.9, 0.9});
  const ClaimFindings found = results.Investigate(Gap("0.3")).value();
  EXPECT_EQ(found.samples[0].values.size(), 1);
  EXPECT_EQ(found.samples[0].missing, 2);
  EXPECT_THAT(WrongTrials(Gap("0.3"), found.samples[0]), IsEmpty());
}

// Of 400 sweeps of 20 configs, half of which are just at the bound, where each verdict is wrong:
// the share of wrong signs among the verdicts given stays below the level.
TEST(Judge, WrongSignsAmongVerdictsAreRarerThanTheLevel) {
  const unsigned seed = 20261128;
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 0.05);
  double wrong_shares = 0;
  int decided = 0;
  constexpr int kSweeps = 400;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    Results results;
    std::vector<double> margins;
    for (int config = 0; config < 20; ++config) {
      margins.push_back(config % 2 == 0 ? 1e-9 : 0.1);
      std::vector<std::optional<double>> values;
      for (int i = 0; i < 4; ++i) values.emplace_back(0.5 + margins.back() + noise(random));
      results.Add(WithLr(1e-4 * (config + 1)), values);
    }
    Claim claim = AtLeast("0.5");
    claim.metric = "cheat_gap";  // without a noise of its own
    const ClaimFindings found = results.Investigate(claim).value();
    // At the bound either verdict counts as wrong.
    double wrong = 0, given = 0;
    for (size_t i = 0; i < margins.size(); ++i) {
      if (found.verdicts[i].verdict == Verdict::kUndecided) continue;
      ++given;
      wrong += margins[i] < 1e-3 || found.verdicts[i].verdict == Verdict::kFails ? 1 : 0;
    }
    if (given > 0) wrong_shares += wrong / given;
    decided += static_cast<int>(given);
  }
  EXPECT_LT(wrong_shares / kSweeps, 0.05) << "seed " << seed;
  EXPECT_GT(decided, kSweeps) << "most verdicts are never given";
}

}  // namespace
}  // namespace pathsweep

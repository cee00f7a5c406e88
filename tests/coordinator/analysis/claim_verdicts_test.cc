#include "coordinator/analysis/claim_verdicts.h"

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

// Trials of a config, one a seed, numbered on.
class Trials {
 public:
  void Add(const TrialParameters& parameters, const std::vector<std::optional<double>>& values) {
    ++config_;
    int64_t seed = 0;
    for (const std::optional<double>& value : values) {
      all_.push_back({static_cast<int64_t>(all_.size()) + 1, config_, ++seed, parameters, value});
    }
  }
  const std::vector<ClaimTrial>& all() const { return all_; }

 private:
  std::vector<ClaimTrial> all_;
  int64_t config_ = -1;
};

TrialParameters WithLr(double lr, const std::string& objective = "standard") {
  TrialParameters parameters;
  parameters.lr = lr;
  parameters.objective = objective;
  return parameters;
}

TEST(Judge, HoldsFailsOrIsUndecidedByTheSeeds) {
  Trials trials;
  trials.Add(WithLr(1e-4), {0.99, 1.0, 0.98});
  trials.Add(WithLr(1e-3), {0.50, 0.52, 0.49});
  trials.Add(WithLr(1e-2), {0.2, 0.99, 0.97});
  const ClaimVerdicts verdicts = Judge(AtLeast("0.9"), trials.all()).value();
  ASSERT_THAT(verdicts.configs, SizeIs(3));
  EXPECT_EQ(verdicts.configs[0].verdict, Verdict::kHolds);
  EXPECT_EQ(verdicts.configs[1].verdict, Verdict::kFails);
  EXPECT_EQ(verdicts.configs[2].verdict, Verdict::kUndecided);
  EXPECT_EQ(verdicts.holds, 1);
  EXPECT_EQ(verdicts.fails, 1);
  EXPECT_EQ(verdicts.undecided, 1);
  EXPECT_NEAR(verdicts.configs[0].margin, 0.09, 1e-12);
  EXPECT_THAT(verdicts.configs[2].counterexamples, ElementsAre(7));
}

TEST(Judge, ABoundMayDependOnTheConfig) {
  Trials trials;
  for (int64_t degree : {2, 4}) {
    TrialParameters parameters;
    parameters.degree = degree;
    parameters.test_samples = 10'000;
    trials.Add(parameters, {0.5, 0.51, 0.49});
  }
  const ClaimVerdicts verdicts = Judge(AtMost("1/degree + 0.05"), trials.all()).value();
  EXPECT_DOUBLE_EQ(verdicts.configs[0].bound, 0.55);
  EXPECT_EQ(verdicts.configs[0].verdict, Verdict::kHolds);
  EXPECT_DOUBLE_EQ(verdicts.configs[1].bound, 0.3);
  EXPECT_EQ(verdicts.configs[1].verdict, Verdict::kFails);
}

TEST(Judge, SeedsThatAgreeAreNotBelievedBeyondTheirTestSet) {
  TrialParameters few = WithLr(1e-3), many = WithLr(1e-3);
  few.test_samples = 10;
  many.test_samples = 10'000;
  for (const TrialParameters& parameters : {few, many}) {
    Trials trials;
    trials.Add(parameters, {1.0, 1.0});
    const ClaimVerdicts verdicts = Judge(AtLeast("0.95"), trials.all()).value();
    EXPECT_EQ(verdicts.configs[0].verdict,
              parameters.test_samples == 10 ? Verdict::kUndecided : Verdict::kHolds);
  }
}

TEST(Judge, OneSeedDecidesNothingAndNoSeedIsMissing) {
  Trials trials;
  trials.Add(WithLr(1e-3), {1.0});
  trials.Add(WithLr(2e-3), {std::nullopt, std::nullopt});
  const ClaimVerdicts verdicts = Judge(AtLeast("0.1"), trials.all()).value();
  EXPECT_EQ(verdicts.undecided, 2);
  EXPECT_EQ(verdicts.configs[0].seeds, 1);
  EXPECT_EQ(verdicts.configs[1].missing, 2);
  EXPECT_FALSE(verdicts.configs[1].mean.has_value());
}

TEST(Judge, WhereRestrictsToValuesAndRanges) {
  Trials trials;
  trials.Add(WithLr(1e-4), {0.5, 0.5});
  trials.Add(WithLr(1e-3), {0.5, 0.5});
  trials.Add(WithLr(1e-3, "reverse"), {0.5, 0.5});
  Claim claim = AtLeast("0.1");
  claim.where = {{"objective", {std::string("standard")}}, {"lr", {}, 5e-4, 1}};
  EXPECT_THAT(Judge(claim, trials.all())->configs, SizeIs(1));
  claim.where.push_back({"degree", {int64_t{9}}});
  const absl::Status status = Judge(claim, trials.all()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("none of the sweep's configs"));
}

TEST(Judge, ABoundThatIsNoNumberIsSaid) {
  Trials trials;
  trials.Add({}, {0.5, 0.5});
  const absl::Status status = Judge(AtLeast("1/(degree - 2)"), trials.all()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("claim `c`: "));
}

TEST(Judge, FlipsAreBetweenNeighboursThatDiffer) {
  Trials trials;
  trials.Add(WithLr(4e-3), {0.1, 0.11, 0.12});
  trials.Add(WithLr(1e-3), {0.99, 1.0, 0.98});
  trials.Add(WithLr(2e-3), {0.99, 1.0, 0.98});
  const ClaimVerdicts verdicts = Judge(AtLeast("0.5"), trials.all()).value();
  ASSERT_THAT(verdicts.flips, SizeIs(1));
  EXPECT_EQ(verdicts.flips[0].parameter, "lr");
  EXPECT_EQ(verdicts.flips[0].holds, 2) << "2e-3, not 1e-3";
  EXPECT_EQ(verdicts.flips[0].fails, 0);
}

Claim Gap(const std::string& least) {
  return {"gap",
          {},
          "exact_match",
          ComparisonClaim{"objective", std::string("teacherless"), std::string("standard"),
                          Number(least)}};
}

TEST(Judge, ComparesConfigsThatDifferInOneParameterSeedBySeed) {
  Trials trials;
  trials.Add(WithLr(1e-3, "standard"), {0.2, 0.4, 0.6, 0.5});
  trials.Add(WithLr(1e-3, "teacherless"),
             {0.61, 0.8, 0.99, 0.9});  // seeds vary, differences do not
  trials.Add(WithLr(1e-3, "reverse"), {1.0, 1.0, 1.0, 1.0});
  trials.Add(WithLr(2e-3, "teacherless"), {1.0, 1.0, 1.0, 1.0});  // has nothing beside it
  const ClaimVerdicts verdicts = Judge(Gap("0.3"), trials.all()).value();
  ASSERT_THAT(verdicts.configs, SizeIs(1));
  EXPECT_NEAR(verdicts.configs[0].mean->value, 0.4, 1e-9);
  EXPECT_EQ(verdicts.configs[0].verdict, Verdict::kHolds);
  EXPECT_EQ(verdicts.configs[0].seeds, 4);
}

TEST(Judge, APairWithoutItsOtherSideIsMissing) {
  Trials trials;
  trials.Add(WithLr(1e-3, "standard"), {0.2, std::nullopt, 0.2});
  trials.Add(WithLr(1e-3, "teacherless"), {0.9, 0.9});
  const ClaimVerdicts verdicts = Judge(Gap("0.3"), trials.all()).value();
  EXPECT_EQ(verdicts.configs[0].seeds, 1);
  EXPECT_EQ(verdicts.configs[0].missing, 2);
  EXPECT_THAT(verdicts.configs[0].counterexamples, IsEmpty());
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
    Trials trials;
    std::vector<double> margins;
    for (int config = 0; config < 20; ++config) {
      margins.push_back(config % 2 == 0 ? 1e-9 : 0.1);
      std::vector<std::optional<double>> values;
      for (int i = 0; i < 4; ++i) values.emplace_back(0.5 + margins.back() + noise(random));
      trials.Add(WithLr(1e-4 * (config + 1)), values);
    }
    Claim claim = AtLeast("0.5");
    claim.metric = "cheat_gap";  // without a noise of its own
    const ClaimVerdicts verdicts = Judge(claim, trials.all()).value();
    // At the bound either verdict counts as wrong.
    double wrong = 0, given = 0;
    for (size_t i = 0; i < margins.size(); ++i) {
      if (verdicts.configs[i].verdict == Verdict::kUndecided) continue;
      ++given;
      wrong += margins[i] < 1e-3 || verdicts.configs[i].verdict == Verdict::kFails ? 1 : 0;
    }
    if (given > 0) wrong_shares += wrong / given;
    decided += static_cast<int>(given);
  }
  EXPECT_LT(wrong_shares / kSweeps, 0.05) << "seed " << seed;
  EXPECT_GT(decided, kSweeps) << "most verdicts are never given";
}

}  // namespace
}  // namespace pathsweep

#include "coordinator/analysis/paired_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pathsweep {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// Two objectives at three learning rates; the values of the seeds 1, 2, … of each config in order.
class Results {
 public:
  explicit Results(const std::vector<std::vector<std::optional<double>>>& values) {
    grid_.axes = {{"objective", {std::string("standard"), std::string("teacherless")}},
                  {"lr", {1e-4, 1e-3, 1e-2}}};
    for (size_t config = 0; config < values.size(); ++config) {
      int64_t seed = 0;
      for (const std::optional<double>& value : values[config]) {
        rows_.push_back({config, {static_cast<int64_t>(rows_.size()) + 1, ++seed, value}});
      }
    }
  }

  absl::StatusOr<PairedComparison> Compare(const std::vector<ClaimCondition>& first,
                                           const std::vector<ClaimCondition>& second,
                                           const std::string& metric = "exact_match") const {
    return CompareInPairs(first, second, metric, ConfigColumns({&grid_, 1}), SeedValues(6, rows_));
  }

 private:
  Grid grid_;
  std::vector<SeedValues::Row> rows_;
};

ClaimCondition Is(const std::string& parameter, ParameterValue value) {
  return {.parameter = parameter, .values = {std::move(value)}};
}
ClaimCondition Objective(const std::string& value) { return Is("objective", value); }

const Results& ThreePairs() {
  static const Results& results = *new Results(
      {{0.25, 0.5}, {0.5, 0.5}, {0.25, std::nullopt}, {1.0, 1.0}, {0.5, 0.5}, {0.125, 0.5}});
  return results;
}

TEST(CompareInPairs, ConfigsThatAgreeInAllElseMakePairs) {
  const PairedComparison found =
      ThreePairs().Compare({Objective("teacherless")}, {Objective("standard")}).value();
  ASSERT_THAT(found.samples, SizeIs(3));
  EXPECT_EQ(found.samples[0].config, 3u);
  EXPECT_EQ(found.samples[0].other, 0u);
  EXPECT_THAT(found.samples[0].values, testing::ElementsAre(0.75, 0.5)) << "seed by seed";
  EXPECT_EQ(found.samples[2].missing, 1);
  EXPECT_EQ(found.verdicts[0].mean->value, 0.625);
  EXPECT_EQ(found.better, 1);
  EXPECT_EQ(found.equal, 1);
  EXPECT_EQ(found.worse, 1);
  EXPECT_NEAR(found.mean->value, (0.625 + 0 - 0.125) / 3, 1e-12);
  EXPECT_NEAR(found.share->value, 1.0 / 3, 1e-12);
  EXPECT_EQ(found.p, 1) << "of two differences with either sign";
}

TEST(CompareInPairs, OfALossTheLowerIsBetter) {
  const PairedComparison found =
      ThreePairs()
          .Compare({Objective("teacherless")}, {Objective("standard")}, "train_loss")
          .value();
  EXPECT_EQ(found.better, 1);
  EXPECT_EQ(found.verdicts[0].margin, -0.625);
}

TEST(CompareInPairs, APairIsDecidedByItsSeeds) {
  const Results results({{0.1, 0.11, 0.12},
                         {0.5, 0.4, 0.6},
                         {0.9, 0.95, 0.9},
                         {0.9, 0.92, 0.91},
                         {0.5, 0.5, 0.5},
                         {0.1, 0.11, 0.12}});
  const PairedComparison found =
      results.Compare({Objective("teacherless")}, {Objective("standard")}).value();
  EXPECT_EQ(found.verdicts[0].verdict, Verdict::kHolds);
  EXPECT_EQ(found.verdicts[1].verdict, Verdict::kUndecided);
  EXPECT_EQ(found.verdicts[2].verdict, Verdict::kFails);
}

TEST(CompareInPairs, SumsThatAreEqualAreTies) {
  // 0.3 + 0.6 and 0.6 + 0.3, and so on: their differences add up to some 1e-17.
  const Results results({{0.3, 0.1, 0.2},
                         {0.6, 0.1, 0.3},
                         {0.7, 0.2, 0.1},
                         {0.1, 0.2, 0.3},
                         {0.3, 0.6, 0.1},
                         {0.1, 0.7, 0.2}});
  const PairedComparison found =
      results.Compare({Objective("teacherless")}, {Objective("standard")}).value();
  EXPECT_EQ(found.equal, 3);
  EXPECT_EQ(found.p, 1);
}

TEST(CompareInPairs, EachSideHasTheNoiseOfItsTestSet) {
  Grid grid;
  grid.axes = {{"test_samples", {int64_t{20}, int64_t{2000}}}};
  const ConfigColumns configs({grid});
  std::vector<SeedValues::Row> rows;
  for (int seed = 1; seed <= 3; ++seed) {
    rows.push_back({0, {2 * seed, seed, 0.5}});
    rows.push_back({1, {2 * seed + 1, seed, 0.7}});
  }
  const SeedValues values(2, rows);
  const std::vector<ClaimCondition> few = {Is("test_samples", int64_t{20})},
                                    many = {Is("test_samples", int64_t{2000})};
  const auto there = CompareInPairs(few, many, "exact_match", configs, values, 1).value();
  const auto back = CompareInPairs(many, few, "exact_match", configs, values, 1).value();
  EXPECT_NEAR(there.verdicts[0].q, back.verdicts[0].q, 1e-12);
}

TEST(CompareInPairs, SeveralParametersMayTellTheSidesApart) {
  const PairedComparison found = ThreePairs()
                                     .Compare({Objective("teacherless"), Is("lr", 1e-4)},
                                              {Objective("standard"), Is("lr", 1e-2)})
                                     .value();
  ASSERT_THAT(found.samples, SizeIs(1));
  EXPECT_EQ(found.samples[0].config, 3u);
  EXPECT_EQ(found.samples[0].other, 2u);
}

TEST(CompareInPairs, SidesThatSayNothingAreRefused) {
  const auto refused = [&](const std::vector<ClaimCondition>& first,
                           const std::vector<ClaimCondition>& second) {
    return std::string(ThreePairs().Compare(first, second).status().message());
  };
  EXPECT_THAT(refused({Objective("standard")}, {Objective("standard")}),
              HasSubstr("both sides are the same configs"));
  EXPECT_THAT(refused({Objective("standard")}, {Is("lr", 1e-3)}),
              HasSubstr("one side names `objective` and the other does not"));
  EXPECT_THAT(refused({Objective("reverse")}, {Objective("standard")}),
              HasSubstr("`objective` reverse; it has standard, teacherless"));
  EXPECT_THAT(refused({}, {}), HasSubstr("both sides are the same configs"));
}

TEST(CompareInPairs, ConfigsWithoutAPartnerDoNotPair) {
  std::vector<Grid> grids(2);
  grids[0].fixed.objective = "standard";
  grids[0].fixed.lr = 1e-3;
  grids[1].fixed.objective = "reverse";
  grids[1].fixed.lr = 1e-2;
  const std::vector<ClaimCondition> first = {Objective("reverse")},
                                    second = {Objective("standard")};
  EXPECT_THAT(std::string(CompareInPairs(first, second, "exact_match", ConfigColumns(grids),
                                         SeedValues(2, {}))
                              .status()
                              .message()),
              HasSubstr("nothing pairs"));
}

TEST(CompareInPairs, WithoutValuesNothingIsSaid) {
  const PairedComparison found = Results({{std::nullopt}, {}, {}, {0.5}, {}, {}})
                                     .Compare({Objective("teacherless")}, {Objective("standard")})
                                     .value();
  ASSERT_THAT(found.samples, SizeIs(1));
  EXPECT_FALSE(found.mean.has_value());
  EXPECT_EQ(found.better + found.worse + found.equal, 0);
}

}  // namespace
}  // namespace pathsweep

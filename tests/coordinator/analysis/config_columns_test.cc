#include "coordinator/analysis/config_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace pathsweep {
namespace {

using testing::ElementsAre;

Grid FirstGrid() {
  Grid grid;
  grid.axes = {
      {"lr", {3e-3, 1e-3}}, {"depth", {int64_t{4}}}, {"width", {int64_t{64}, int64_t{32}}}};
  return grid;
}

// With another value of lr, and of a parameter that had one value.
std::vector<Grid> TwoGrids() {
  Grid second = FirstGrid();
  second.axes[0].values = {2e-3};
  second.axes.push_back({"objective", {std::string("reverse"), std::string("standard")}});
  return {FirstGrid(), second};
}

TEST(ConfigColumns, AreTheConfigsOfTheGrids) {
  const std::vector<Grid> grids = TwoGrids();
  const ConfigColumns configs(grids);
  std::vector<TrialParameters> expected;
  for (const Grid& grid : grids) {
    for (int64_t i = 0; i < ConfigCount(grid); ++i) expected.push_back(ConfigAt(grid, i));
  }
  ASSERT_EQ(configs.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(configs.At(i), expected[i]) << i;
}

TEST(ConfigColumns, HaveOnlyWhatDiffersInAscendingOrder) {
  const std::vector<Grid> grids = TwoGrids();
  const ConfigColumns configs(grids);
  EXPECT_EQ(configs.Find("depth"), nullptr);
  EXPECT_EQ(configs.common().depth, 4);
  EXPECT_EQ(configs.columns().size(), 3u);
  EXPECT_THAT(configs.Find("lr")->values, ElementsAre(1e-3, 2e-3, 3e-3));
}

TEST(ConfigColumns, JointAxesGiveSeveralColumns) {
  Grid grid = FirstGrid();
  grid.joint = {
      JointAxis({"heads", "warmup"}, {{int64_t{4}, int64_t{7}}, {int64_t{2}, int64_t{7}}}),
      JointAxis({"beta2", "degree"}, {{0.9, int64_t{3}}, {0.8, int64_t{2}}})};
  const std::vector<Grid> grids = {grid, FirstGrid()};
  const ConfigColumns configs(grids);
  ASSERT_EQ(configs.size(), 16u + 4u);
  for (int64_t i = 0; i < 16; ++i) EXPECT_EQ(configs.At(i), ConfigAt(grid, i)) << i;
  for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(configs.At(16 + i), ConfigAt(FirstGrid(), i)) << i;
  EXPECT_THAT(configs.Find("warmup")->values,
              ElementsAre(ParameterValue(int64_t{7}), ParameterValue(TrialParameters().warmup)));
}

TEST(ConfigColumns, GroupsAgreeInAllButTheException) {
  const std::vector<Grid> grids = TwoGrids();
  const ConfigColumns configs(grids);
  std::vector<size_t> all(configs.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const ConfigColumn* lr = configs.Find("lr");
  const std::vector<uint64_t> groups = configs.GroupsWithout(all, lr);
  for (size_t a : all) {
    for (size_t b : all) {
      TrialParameters other = configs.At(b);
      other.lr = configs.At(a).lr;
      EXPECT_EQ(groups[a] == groups[b], configs.At(a) == other) << a << " " << b;
    }
  }
}

// More combinations than 64 bits count.
TEST(ConfigColumns, GroupsOfManyColumnsStayApart) {
  std::vector<Grid> grids;
  for (int64_t i = 0; i < 300; ++i) {
    Grid grid;
    grid.fixed.lr = 1e-6 * static_cast<double>(i + 1);
    grid.fixed.width = 2 * i + 2;
    grid.fixed.steps = i + 1;
    grid.fixed.batch_size = i + 1;
    grid.fixed.test_samples = i + 1;
    grid.fixed.weight_decay = 1e-6 * static_cast<double>(i);
    grid.fixed.init_std = 1e-6 * static_cast<double>(i + 1);
    grid.fixed.eval_every = i + 1;
    grid.fixed.nodes = i + 20;
    grids.push_back(grid);
  }
  const ConfigColumns configs(grids);
  ASSERT_EQ(configs.columns().size(), 9u);
  std::vector<size_t> all(configs.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const std::vector<uint64_t> groups = configs.GroupsWithout(all, nullptr);
  EXPECT_EQ(std::set<uint64_t>(groups.begin(), groups.end()).size(), groups.size());
}

}  // namespace
}  // namespace pathsweep

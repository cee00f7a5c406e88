#include "base/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/time/clock.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

Grid SmallGrid() {
  return {.fixed = {.objective = "reverse"},
          .axes = {{"lr", {1e-3, 3e-3}}, {"depth", {int64_t{2}, int64_t{4}, int64_t{6}}}},
          .seeds = {1, 2}};
}

GridAxis Integers(const std::string& name, int64_t first, int64_t last) {
  GridAxis axis{name, {}};
  for (int64_t value = first; value <= last; ++value) axis.values.emplace_back(value);
  return axis;
}

TEST(Grid, LastAxisIsFastest) {
  const TrialParameters second = ConfigAt(SmallGrid(), 1);
  EXPECT_EQ(second.lr, 1e-3);
  EXPECT_EQ(second.depth, 4);
  const TrialParameters fourth = ConfigAt(SmallGrid(), 3);
  EXPECT_EQ(fourth.lr, 3e-3);
  EXPECT_EQ(fourth.depth, 2);
}

TEST(Grid, ConfigsKeepTheFixedParametersAndDifferFromEachOther) {
  const Grid grid = SmallGrid();
  std::set<std::pair<double, int64_t>> configs;
  for (int64_t i = 0; i < ConfigCount(grid); ++i) {
    const TrialParameters parameters = ConfigAt(grid, i);
    EXPECT_EQ(parameters.objective, "reverse");
    configs.emplace(parameters.lr, parameters.depth);
  }
  EXPECT_EQ(configs.size(), 6);
}

TEST(Grid, CountsTrialsOverAxesAndSeeds) {
  EXPECT_EQ(CountTrials(SmallGrid()).value(), 12);
  EXPECT_EQ(CountTrials(Grid{}).value(), 1) << "no axis: one config, one seed";
}

TEST(Grid, RefusesATrillionTrialsWithTheCountAndTheLimit) {
  Grid grid;
  grid.axes = {Integers("depth", 1, 100), Integers("length", 2, 101), Integers("warmup", 0, 9999)};
  grid.seeds.clear();
  for (int64_t seed = 1; seed <= 10'000; ++seed) grid.seeds.push_back(seed);
  EXPECT_EQ(CountTrials(grid).status().message(),
            "the grid has 1000000000000 trials, more than the limit of 10000000; take values away "
            "or split it into several sweeps");
  EXPECT_EQ(CheckGrid(grid), CountTrials(grid).status());
}

TEST(Grid, CountsBeyondSixtyFourBits) {
  Grid grid;
  for (const char* name : {"depth", "warmup", "steps", "eval_every", "test_samples"}) {
    grid.axes.push_back(Integers(name, 1, 10'000));
  }
  EXPECT_THAT(CountTrials(grid).status().message(), HasSubstr("has 100000000000000000000 trials"));
}

TEST(CheckGrid, AcceptsAValidGrid) { EXPECT_EQ(CheckGrid(SmallGrid()), absl::OkStatus()); }

TEST(CheckGrid, NamesTheCombinationThatCannotBe) {
  Grid grid;
  grid.fixed.nodes = 9;
  grid.axes = {Integers("degree", 2, 3), Integers("length", 4, 5), {"lr", {1e-3}}};
  EXPECT_EQ(CheckGrid(grid).message(),
            "`nodes` is 9, but G(3,4) has degree x (length - 1) + 1 = 10 nodes; write at least 10");
}

TEST(CheckGrid, TakesTheLargestGridsInAMoment) {
  Grid grid;
  grid.fixed.heads = 1;
  grid.axes = {Integers("nodes", 10, 50'009), Integers("width", 2, 201)};
  const absl::Time start = absl::Now();
  EXPECT_EQ(CheckGrid(grid), absl::OkStatus()) << "ten million combinations";
  grid.axes.clear();
  grid.seeds.clear();
  for (int64_t seed = 0; seed < kMaxTrialsPerSweep; ++seed) grid.seeds.push_back(seed);
  EXPECT_EQ(CheckGrid(grid), absl::OkStatus()) << "ten million seeds";
  EXPECT_LT(absl::Now() - start, absl::Seconds(10)) << "half a second, and more in other builds";
}

TEST(CheckGrid, RefusesEachKindOfWrongAxis) {
  struct Case {
    GridAxis axis;
    std::string message;
  };
  const Case cases[] = {
      {{"detph", {int64_t{1}}}, "unknown parameter `detph`, did you mean `depth`?"},
      {{"steps", {}}, "`steps` has no values; write at least one"},
      {{"lr", {1.0, int64_t{1}}}, "`lr` has the value 1 twice"},
      {{"lr", {-1.0}}, "`lr` must be a number, above 0, up to 10, not `-1`"},
      {{"depth", {2.5}}, "`depth` must be an integer, 1 to 128, not `2.5`"},
  };
  for (const Case& one : cases) {
    Grid grid;
    grid.axes = {one.axis};
    EXPECT_EQ(CheckGrid(grid).message(), one.message);
  }
}

TEST(CheckGrid, RefusesTwoAxesOfOneParameter) {
  Grid grid;
  grid.axes = {{"lr", {1e-3}}, {"lr", {1e-2}}};
  EXPECT_EQ(CheckGrid(grid).message(), "`lr` has two axes");
}

TEST(CheckGrid, RefusesSeedsThatAreMissingRepeatedOrNegative) {
  Grid grid;
  grid.seeds = {};
  EXPECT_EQ(CheckGrid(grid).message(), "`seeds` is empty; write at least one");
  grid.seeds = {3, 3};
  EXPECT_EQ(CheckGrid(grid).message(), "seed 3 stands twice");
  grid.seeds = {7, 3, 5, 7};
  EXPECT_EQ(CheckGrid(grid).message(), "seed 7 stands twice");
  grid.seeds = {3, 1, 2};
  EXPECT_EQ(CheckGrid(grid), absl::OkStatus()) << "in any order";
  grid.seeds = {-1};
  EXPECT_EQ(CheckGrid(grid).message(), "seed -1 is negative");
}

Grid WithJoint() {
  Grid grid;
  grid.joint = {
      JointAxis({"heads", "width"}, {{int64_t{2}, int64_t{32}}, {int64_t{3}, int64_t{48}}})};
  grid.axes = {{"lr", {1e-3, 2e-3}}};
  grid.seeds = {1, 2};
  return grid;
}

TEST(JointAxis, CountsAsASlowerDigitThanTheAxes) {
  const Grid grid = WithJoint();
  ASSERT_EQ(CheckGrid(grid), absl::OkStatus());
  EXPECT_EQ(ConfigCount(grid), 4);
  EXPECT_EQ(CountTrials(grid).value(), 8);
  EXPECT_EQ(ConfigAt(grid, 1).lr, 2e-3);
  EXPECT_EQ(ConfigAt(grid, 1).width, 32);
  EXPECT_EQ(ConfigAt(grid, 2).heads, 3);
  EXPECT_EQ(ConfigAt(grid, 2).width, 48);
  EXPECT_EQ(VariedNames(grid), (std::vector<std::string>{"heads", "width", "lr"}));
  EXPECT_EQ(ValuesOf(grid, *FindParameter("width")),
            (std::vector<ParameterValue>{int64_t{32}, int64_t{48}}));
}

TEST(JointAxis, IsCheckedLikeTheOthers) {
  const auto problem = [](const JointAxis& joint) {
    Grid grid = WithJoint();
    grid.joint = {joint};
    return std::string(CheckGrid(grid).message());
  };
  const ParameterValue two = int64_t{2}, three = int64_t{3};
  EXPECT_THAT(problem(JointAxis({"heads"}, {})), HasSubstr("1 to 100000 points"));
  EXPECT_THAT(problem(JointAxis({}, {{}})), HasSubstr("need a name"));
  EXPECT_THAT(problem(JointAxis({"haeds"}, {{two}})), HasSubstr("did you mean `heads`?"));
  EXPECT_THAT(problem(JointAxis({"heads"}, {{two, three}})), HasSubstr("2 values for 1"));
  EXPECT_THAT(problem(JointAxis({"depth"}, {{two}, {two}})), HasSubstr("a point twice"));
  EXPECT_THAT(problem(JointAxis({"lr"}, {{1e-4}})), HasSubstr("`lr` has two axes"));
  EXPECT_THAT(problem(JointAxis({"heads"}, {{std::string("two")}})), HasSubstr("an integer"));
  EXPECT_THAT(problem(JointAxis({"heads", "width"}, {{two, int64_t{32}}, {three, int64_t{32}}})),
              HasSubstr("heads"))
      << "3 does not divide 32";
}

}  // namespace
}  // namespace pathsweep

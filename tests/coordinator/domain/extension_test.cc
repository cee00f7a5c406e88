#include "coordinator/domain/extension.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;

std::string TextOf(const TrialParameters& parameters) {
  std::string text;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    text += FormatValue(GetParameter(parameters, spec)) + " ";
  }
  return text;
}

// (parameters, seed) of every trial, by number.
std::vector<std::pair<std::string, int64_t>> TrialsOf(const Sweep& sweep) {
  std::vector<std::pair<std::string, int64_t>> trials;
  for (int64_t number = 0; number < sweep.trials; ++number) {
    const TrialId trial = sweep.TrialAt(number);
    EXPECT_EQ(sweep.NumberOf(trial), number);
    trials.emplace_back(TextOf(sweep.ParametersOf(trial)), sweep.SeedOf(trial));
  }
  return trials;
}

TEST(Extend, AddsSeedsAndValuesBehindTheTrialsThatExist) {
  const Sweep before = NewSweep(SmallSweep("a", 2, 1), 1);
  const Sweep after = Extend(before, {{{"lr", {3e-3}}}, {2}}, 100).value();
  EXPECT_EQ(after.trials, 6);
  std::vector<TrialId> ids;
  std::vector<double> rates;
  std::vector<int64_t> seeds;
  std::vector<int64_t> configs;
  for (int64_t number = 0; number < after.trials; ++number) {
    const TrialId trial = after.TrialAt(number);
    ids.push_back(trial);
    rates.push_back(after.ParametersOf(trial).lr);
    seeds.push_back(after.SeedOf(trial));
    configs.push_back(after.ConfigOf(trial));
  }
  EXPECT_THAT(ids, ElementsAre(1, 2, 100, 101, 102, 103));
  EXPECT_THAT(rates, ElementsAre(1e-3, 2e-3, 1e-3, 2e-3, 3e-3, 3e-3));
  EXPECT_THAT(seeds, ElementsAre(1, 1, 2, 2, 1, 2));
  EXPECT_THAT(configs, ElementsAre(0, 1, 0, 1, 2, 2)) << "a config keeps its number";
}

TEST(Extend, GivesAParameterWithOneValueAnAxis) {
  const Sweep after =
      Extend(NewSweep(SmallSweep("a", 2), 1), {{{"depth", {int64_t{4}, int64_t{6}}}}, {}}, 3)
          .value();
  EXPECT_EQ(after.trials, 4) << "4 is the default, which is there already";
  EXPECT_EQ(after.ParametersOf(3).depth, 6);
  EXPECT_EQ(after.ParametersOf(1).depth, 4);
}

TEST(Extend, ByWhatIsThereChangesNothing) {
  const Sweep before = NewSweep(SmallSweep("a", 2, 2), 1);
  const Extension known = {{{"lr", {1e-3}}, {"depth", {int64_t{4}}}}, {2, 1}};
  EXPECT_EQ(Extend(before, known, 100).value(), before);
}

TEST(Extend, AddsSeedsToSomeConfigsAlone) {
  // Three configs, then a fourth; one of the first and the fourth get a seed.
  Sweep sweep = Extend(NewSweep(SmallSweep("a", 3, 2), 1), {{{"lr", {9e-3}}}, {}}, 10).value();
  sweep = Extend(sweep, {{}, {}, {{{1, 3}, {7, 8}}}}, 20).value();
  EXPECT_EQ(sweep.trials, 12);
  std::vector<std::pair<double, int64_t>> added;
  for (TrialId trial : {20, 21, 22, 23}) {
    added.emplace_back(sweep.ParametersOf(trial).lr, sweep.SeedOf(trial));
  }
  EXPECT_THAT(added, ElementsAre(std::pair(2e-3, 7), std::pair(2e-3, 8), std::pair(9e-3, 7),
                                 std::pair(9e-3, 8)));
  EXPECT_EQ(sweep.ConfigOf(20), 1);
  EXPECT_EQ(sweep.ConfigOf(23), 3);
  // What comes later knows nothing of it: a value has the sweep's seeds, a seed every config.
  sweep = Extend(sweep, {{{"lr", {8e-3}}}, {3}}, 30).value();
  EXPECT_EQ(sweep.trials, 12 + 4 + 3);
  EXPECT_EQ(sweep.ConfigOf(sweep.TrialAt(sweep.trials - 1)), 4);
}

TEST(Extend, ASweepThatChoosesItsSeedsTakesNoOthers) {
  SweepSpec spec = SmallSweep("a", 2, 3);
  spec.most_seeds = 8;
  const Sweep sweep = NewSweep(spec, 1);
  EXPECT_EQ(Extend(sweep, {{}, {4}}, 10).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Extend(sweep, {{{"lr", {9e-3}}}, {1, 2, 3}}, 10)->trials, 9) << "seeds it has";
}

TEST(Extend, RefusesWhatAGridRefuses) {
  const Sweep sweep = NewSweep(SmallSweep("a", 2), 1);
  const auto code = [&](const Extension& extension) {
    return Extend(sweep, extension, 100).status().code();
  };
  EXPECT_EQ(code({{{"lr", {-1.0}}}, {}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{{"detph", {int64_t{2}}}}, {}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{{"heads", {int64_t{7}}}}, {}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{}, {-1}}), absl::StatusCode::kInvalidArgument);
  Extension huge;
  for (int64_t seed = 0; seed <= kMaxTrialsPerSweep / 2; ++seed) huge.seeds.push_back(seed);
  EXPECT_EQ(code(huge), absl::StatusCode::kResourceExhausted);
}

// Two points of lr and depth, each with two objectives and two seeds.
Sweep SweepOfPoints() {
  SweepSpec spec;
  spec.name = "points";
  spec.grid.joint = {JointAxis({"lr", "depth"}, {{1e-3, int64_t{2}}, {3e-3, int64_t{4}}})};
  spec.grid.axes = {{"objective", {std::string("standard"), std::string("reverse")}}};
  spec.grid.seeds = {1, 2};
  return NewSweep(spec, 1);
}

TEST(Extend, NewPointsRunWithAllAxesAndSeeds) {
  const JointAxis points({"depth", "lr"}, {{int64_t{4}, 3e-3}, {int64_t{6}, 1e-2}});
  const Sweep after =
      Extend(SweepOfPoints(), {.axes = {}, .seeds = {}, .points = points}, 50).value();
  EXPECT_EQ(after.trials, 8 + 4);
  EXPECT_EQ(after.ConfigOf(50), 4);
  EXPECT_EQ(after.ParametersOf(50).depth, 6);
  EXPECT_EQ(after.ParametersOf(50).lr, 1e-2);
  EXPECT_EQ(after.SeedOf(53), 2);
  EXPECT_EQ(after.spec.grid.joint[0].points().size(), 3);
  EXPECT_THAT(TrialsOfPoints(after, points),
              ElementsAre(ElementsAre(3, 4, 7, 8), ElementsAre(50, 51, 52, 53)));
  EXPECT_EQ(Extend(after, {.axes = {}, .seeds = {}, .points = points}, 90).value(), after);
  const Sweep seeded = Extend(after, {{}, {3}}, 60).value();
  EXPECT_EQ(seeded.trials, 18);
  EXPECT_THAT(TrialsOfPoints(seeded, points)[1], ElementsAre(50, 51, 52, 53, 64, 65));
}

TEST(Extend, PointsOfOtherParametersAreRefused) {
  const auto status = [](const Sweep& sweep, JointAxis points) {
    return Extend(sweep, {.axes = {}, .seeds = {}, .points = std::move(points)}, 50).status();
  };
  EXPECT_EQ(status(SweepOfPoints(), JointAxis({"lr"}, {{1e-2}})).message(),
            "points of `lr` are none of sweep `points`, in which `lr`, `depth` change together");
  EXPECT_EQ(status(NewSweep(SmallSweep("a"), 1), JointAxis({"lr"}, {{1e-2}})).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status(SweepOfPoints(), JointAxis({"lr", "depth"}, {{-1.0, int64_t{2}}})).code(),
            absl::StatusCode::kInvalidArgument);
}

// However a sweep grows, it has every combination of its values and seeds once.
TEST(Extend, AnyHistoryGivesTheWholeGridOnce) {
  const int seed = GTEST_FLAG_GET(random_seed);
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return static_cast<int64_t>(random() % limit); };
  for (int history = 0; history < 50; ++history) {
    Sweep sweep = NewSweep(SmallSweep("a", 1 + static_cast<int>(below(3))), 1);
    TrialId next = 1 + sweep.trials;
    for (int step = 0; step < 4; ++step) {
      Extension extension;
      for (int64_t i = below(3); i > 0; --i) extension.seeds.push_back(below(4));
      if (below(2) == 0) extension.axes.push_back({"lr", {1e-3 * (1.0 + below(5))}});
      if (below(2) == 0) extension.axes.push_back({"warmup", {100 + below(2), int64_t{102}}});
      const auto before = TrialsOf(sweep);
      next += 7;  // another sweep was submitted meanwhile
      sweep = Extend(sweep, extension, next).value();
      next += sweep.trials;
      const auto after = TrialsOf(sweep);
      ASSERT_TRUE(std::equal(before.begin(), before.end(), after.begin())) << "trials stay";
      ASSERT_EQ(std::set(after.begin(), after.end()).size(), after.size());
      const Grid& grid = sweep.spec.grid;
      ASSERT_EQ(sweep.trials, ConfigCount(grid) * static_cast<int64_t>(grid.seeds.size()));
    }
  }
}

}  // namespace
}  // namespace pathsweep

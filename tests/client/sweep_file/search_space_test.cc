// The spaces of sweep files: what comes of samples, zips, conditions, formulas and constraints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/parameter_proto.h"
#include "client/sweep_file/sweep_file.h"

namespace pathsweep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Read {
  Grid grid;
  std::vector<std::string> notices;
};

Read ReadSpace(const std::string& text) {
  Read read;
  const auto spec = ParseSweepFile(text, "f.yaml", &read.notices);
  EXPECT_TRUE(spec.ok()) << spec.status();
  if (spec.ok()) read.grid = GridFromProto(*spec).value();
  return read;
}

std::vector<TrialParameters> Configs(const Grid& grid) {
  std::vector<TrialParameters> configs;
  for (int64_t i = 0; i < ConfigCount(grid); ++i) configs.push_back(ConfigAt(grid, i));
  return configs;
}

std::string ProblemOf(const std::string& text) {
  const auto spec = ParseSweepFile(text, "f.yaml");
  EXPECT_EQ(spec.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(spec.status().message());
}

TEST(SearchSpace, SamplesAsManyConfigsAsAsked) {
  const Grid grid = ReadSpace(R"(method: random
run_cap: 200
parameters:
  lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}
  depth: {min: 2, max: 5}
  objective: {values: [standard, reverse]}
  width: {value: 64}
)")
                        .grid;
  EXPECT_THAT(grid.axes, IsEmpty());
  ASSERT_THAT(grid.joint, SizeIs(1));
  EXPECT_THAT(grid.joint[0].names(), ElementsAre("objective", "depth", "lr"));
  const auto configs = Configs(grid);
  ASSERT_THAT(configs, SizeIs(200));
  int below = 0;
  std::map<int64_t, int> depths;
  for (const TrialParameters& config : configs) {
    EXPECT_GE(config.lr, 1e-4);
    EXPECT_LE(config.lr, 1e-2);
    EXPECT_EQ(config.width, 64);
    below += config.lr < 1e-3 ? 1 : 0;
    ++depths[config.depth];
  }
  EXPECT_NEAR(below, 100, 30) << "the median is 1e-3";
  EXPECT_THAT(depths, SizeIs(4));
}

TEST(SearchSpace, TheSeedOfTheSamplerSaysWhichSamples) {
  const std::string text = "method: random\nrun_cap: 5\nparameters: {lr: {min: 1e-4, max: 1e-2}}\n";
  EXPECT_EQ(ReadSpace(text).grid, ReadSpace(text).grid);
  EXPECT_NE(ReadSpace(text).grid, ReadSpace(text + "sampler_seed: 2\n").grid);
}

// Of 64 points of Sobol's, shifted or not, each of 64 equal parts of a dimension has one.
TEST(SearchSpace, SobolsPointsFillEveryDimensionEvenly) {
  const Grid grid = ReadSpace(R"(method: sobol
run_cap: 64
sampler_seed: 9
parameters:
  lr: {distribution: uniform, min: 0.001, max: 0.065}
  weight_decay: {distribution: uniform, min: 0, max: 0.64}
)")
                        .grid;
  std::set<int> rates, decays;
  for (const TrialParameters& config : Configs(grid)) {
    rates.insert(static_cast<int>((config.lr - 0.001) / 0.001));
    decays.insert(static_cast<int>(config.weight_decay / 0.01));
  }
  EXPECT_THAT(rates, SizeIs(testing::Ge(63)));  // an end may round to its neighbour
  EXPECT_THAT(decays, SizeIs(testing::Ge(63)));
}

TEST(SearchSpace, CrossedValuesRunWithEverySample) {
  const Grid grid = ReadSpace(R"(method: random
run_cap: 10
parameters:
  lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}
  objective: {values: [standard, reverse], cross: true}
claims:
  gap: {compare: [reverse, standard], over: objective, difference_at_least: 0.3}
)")
                        .grid;
  const auto configs = Configs(grid);
  ASSERT_THAT(configs, SizeIs(20));
  EXPECT_EQ(configs[0].lr, configs[1].lr);
  EXPECT_NE(configs[0].objective, configs[1].objective);
}

TEST(SearchSpace, ZippedListsGoTogether) {
  const Grid grid = ReadSpace(R"(method: grid
zip: [[width, heads]]
parameters:
  width: {values: [32, 64, 128]}
  lr: {values: [1e-3, 2e-3]}
  heads: {values: [2, 4, 8]}
)")
                        .grid;
  const auto configs = Configs(grid);
  ASSERT_THAT(configs, SizeIs(6));
  for (const TrialParameters& config : configs) EXPECT_EQ(config.width, 16 * config.heads);
}

TEST(SearchSpace, ConditionalParametersHaveTheirDefaultElsewhereAndNoDoubles) {
  const Grid grid = ReadSpace(R"(method: grid
parameters:
  optimizer: {values: [adamw, sgd]}
  beta2: {values: [0.9, 0.95, 0.999], when: optimizer == 'adamw'}
  lr: {values: [1e-3, 2e-3]}
)")
                        .grid;
  EXPECT_THAT(grid.axes, SizeIs(1)) << "lr varies freely";
  std::map<std::string, std::set<double>> betas;
  for (const TrialParameters& config : Configs(grid)) betas[config.optimizer].insert(config.beta2);
  EXPECT_EQ(betas["sgd"], std::set<double>{TrialParameters().beta2});
  EXPECT_EQ(betas["adamw"], (std::set<double>{0.9, 0.95, 0.999}));
  EXPECT_EQ(ConfigCount(grid), 8);
}

TEST(SearchSpace, DerivedParametersAreComputed) {
  const Grid grid = ReadSpace(R"(method: grid
parameters:
  heads: {values: [1, 2, 4]}
  degree: {value: 3}
derive: {width: 16 * heads, nodes: degree * (length - 1) + 10}
)")
                        .grid;
  for (const TrialParameters& config : Configs(grid)) {
    EXPECT_EQ(config.width, 16 * config.heads);
    EXPECT_EQ(config.nodes, 3 * (config.length - 1) + 10);
  }
  EXPECT_EQ(ConfigCount(grid), 3);
}

TEST(SearchSpace, ConstraintsLeaveOutWhatDoesNotSatisfyThem) {
  const Grid grid = ReadSpace(R"(method: grid
parameters:
  heads: {values: [1, 2, 3, 4]}
  width: {values: [32, 48, 64]}
  lr: {values: [1e-3, 2e-3]}
constraints: [width % heads == 0, width / heads >= 16, width < 64 or heads > 1]
)")
                        .grid;
  std::set<std::pair<int64_t, int64_t>> pairs;
  for (const TrialParameters& config : Configs(grid)) pairs.emplace(config.width, config.heads);
  EXPECT_THAT(pairs,
              ElementsAre(std::pair(32, 1), std::pair(32, 2), std::pair(48, 1), std::pair(48, 2),
                          std::pair(48, 3), std::pair(64, 2), std::pair(64, 4)));
  EXPECT_EQ(ConfigCount(grid), 14);
}

TEST(SearchSpace, WhatAConstraintLeavesOutMayDivideByZeroElsewhere) {
  const std::string head = "method: grid\nparameters:\n  heads: {values: [1, 2]}\nconstraints: ";
  EXPECT_EQ(ConfigCount(ReadSpace(head + "[heads > 1, 1/(heads - 1) < 5]\n").grid), 1);
  EXPECT_EQ(ConfigCount(ReadSpace(head + "[1/(heads - 1) < 5, heads > 1]\n").grid), 1);
}

TEST(SearchSpace, SamplesKeepToConstraintsAndToWhatGoesTogether) {
  const Grid grid = ReadSpace(R"(method: random
run_cap: 50
parameters:
  heads: {values: [1, 2, 3, 4]}
  width: {distribution: int_uniform, min: 8, max: 64}
  lr: {distribution: normal, mu: 0.001, sigma: 0.002}
constraints: [lr < 0.003]
)")
                        .grid;
  for (const TrialParameters& config : Configs(grid)) {
    EXPECT_EQ(config.width % config.heads, 0);
    EXPECT_GT(config.lr, 0) << "what no learning rate can be is drawn again";
    EXPECT_LT(config.lr, 0.003);
  }
}

TEST(SearchSpace, ConditionsAndDerivedParametersComeInTheOrderTheyNeed) {
  const Grid grid = ReadSpace(R"(method: grid
parameters:
  heads: {values: [1, 4]}
  dropout: {value: 0.3, when: width > 100}
derive: {depth: batch_size / 16, width: 64 * heads, batch_size: 32 * heads}
)")
                        .grid;
  for (const TrialParameters& config : Configs(grid)) {
    EXPECT_EQ(config.depth, 2 * config.heads);
    EXPECT_EQ(config.dropout, config.heads == 4 ? 0.3 : 0.0);
  }
}

TEST(SearchSpace, SamplesGoTogetherWithEverythingTheyAreCrossedWith) {
  const Grid grid = ReadSpace(R"(method: random
run_cap: 3
parameters:
  heads: {values: [3, 9], cross: true}
  width: {values: [27, 30, 36, 45, 48, 54]}
)")
                        .grid;
  ASSERT_EQ(ConfigCount(grid), 6);
  for (const TrialParameters& config : Configs(grid)) EXPECT_EQ(config.width % 9, 0);
}

TEST(SearchSpace, StepsAreTheNumbersThatAreWritten) {
  const Grid grid = ReadSpace(R"(method: grid
parameters: {dropout: {distribution: q_uniform, min: 0, max: 0.9, q: 0.1}}
)")
                        .grid;
  ASSERT_THAT(grid.axes, SizeIs(1));
  EXPECT_EQ(grid.axes[0].values.at(3), ParameterValue(0.3));
  EXPECT_EQ(grid.axes[0].values.size(), 10u);
}

TEST(SearchSpace, RunCapCutsAGridOff) {
  const Grid grid = ReadSpace(R"(method: grid
run_cap: 3
parameters: {lr: {values: [1e-3, 2e-3]}, depth: {values: [2, 4]}}
)")
                        .grid;
  const auto configs = Configs(grid);
  ASSERT_THAT(configs, SizeIs(3));
  EXPECT_EQ(configs[1].lr, 1e-3);
  EXPECT_EQ(configs[1].depth, 4);
  EXPECT_EQ(configs[2].lr, 2e-3);
  EXPECT_EQ(
      ConfigCount(ReadSpace("method: grid\nrun_cap: 9\nparameters: {lr: {values: [1e-3]}}\n").grid),
      1);
}

TEST(SearchSpace, SaysWhatContradictsItself) {
  const std::string head = "method: grid\nparameters:\n  heads: {values: [1, 2]}\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {head + "constraints: [heads > 2]\n", "f.yaml:4:15: no point of the space satisfies"},
      {head + "constraints: [hads > 2]\n", "f.yaml:4:15: `hads > 2`: at 1: unknown parameter"},
      {head + "constraints: heads > 2\n", "f.yaml:4:14: `constraints` is a list of formulas"},
      {head + "derive: {width: 1 / (heads - 1)}\n", "is no finite number at heads = 1"},
      {head + "constraints: [1 / (heads - 1) > 5]\n",
       "compares what is no finite number at heads = 1: does it divide by zero?"},
      {head + "  depth: {values: [1, 2], when: 1 / (heads - 1) > 0}\n",
       "compares what is no finite number at heads = 1"},
      {head + "derive: {width: heads / 2}\n", "must be an integer, but `heads / 2` is 0.5"},
      {head + "derive: {heads: 2}\n", "f.yaml:3:3: `heads` stands in `derive` too"},
      {head + "derive: {objective: 2}\n", "which no formula gives"},
      {head + "zip: [[heads, depth]]\n", "f.yaml:4:7: `depth` has no `values` to zip"},
      {head + "  depth: {values: [1, 2, 3]}\nzip: [[heads, depth]]\n",
       "`depth` has 3 values, but `heads` 2"},
      {head + "zip: [heads]\n", "`zip` is a list of lists"},
      {head + "constraints: [1 > 2]\n", "f.yaml:4:15: no point of the space satisfies"},
      {head + "derive: {width: width * heads}\n", "`width` depends on itself"},
      {"method: random\nparameters: {lr: {values: [1e-3, 1e-2], min: 1e-4}}\n",
       "f.yaml:2:41: `lr` is a list of values, of which `min` says nothing; take it away"},
      {"method: random\nparameters: {lr: {value: 1e-3, mu: 1e-4}}\n",
       "`lr` is one value, of which `mu` says nothing"},
      {"method: random\nparameters: {lr: {distribution: uniform, min: 0.1, max: 0.2, q: 0.1}}\n",
       "`lr` is uniform, of which `q` says nothing"},
      {"method: random\nparameters: {depth: {values: [1, 2], probabilities: {a: 1}}}\n",
       "`probabilities` must be a list"},
      {"method: random\nparameters: {depth: {values: [1, 2], probabilities: 0.5}}\n",
       "`probabilities` must be a list"},
      {"method: grid\nparameters: {lr: {distribution: q_uniform, min: 0.1, max: 0.2, q: 0.5}}\n",
       "no multiple of 0.5 is from 0.1 to 0.2"},
      {head + "  width: {values: [32, 64]}\nzip: [[width, heads]]\nclaims: {c: {where: {width: 64, "
              "heads: 1}, at_least: 0}}\n",
       "f.yaml:6:10: claim `c`: it is about no config of the sweep: none fits `where` in"},
      {head + "  width: {values: [32, 64]}\nzip: [[width, heads]]\nclaims: {c: {compare: [32, 64], "
              "over: width, difference_at_least: 0}}\n",
       "no two configs differ in `width` alone"},
      {head + "  depth: {values: [1, 2]}\nzip: [[heads, depth], [depth, heads]]\n", "in two zips"},
      {"method: grid\nparameters:\n  depth: {values: [1, 2], when: heads == 1}\n"
       "  heads: {values: [1, 2], when: depth == 1}\n",
       "`depth` depends on itself"},
      {"method: grid\nparameters: {depth: {values: [1, 2], when: depth == 1}}\n",
       "`depth` depends on itself"},
      {"method: grid\nparameters: {depth: {values: [1, 2], when: heads + 1}}\n", "`when`: "},
      {"method: random\nrun_cap: 0\nparameters: {lr: {min: 1e-3, max: 1e-2}}\n",
       "`run_cap` must be an integer, 1 to 100000"},
      {"method: random\nrun_cap: 5\nparameters: {lr: {min: 1e-3, max: 1e-2}}\n"
       "constraints: [lr > 1]\n",
       "no point of the space satisfies"},
      {"method: random\nrun_cap: 5\nparameters: {lr: {min: 1e-3, max: 1e-2}, heads: {values: [1, "
       "2], cross: true}}\nconstraints: [heads > 1]\n",
       "`heads` is crossed with every sample"},
      {"method: grid\nparameters: {lr: {min: 1e-3, max: 1e-2}}\n",
       "f.yaml:2:14: a grid cannot go through `lr`"},
      {"method: cmaes\nparameters: {lr: {values: [1e-3]}}\n",
       "unknown method `cmaes`: grid, random, sobol, tpe, gp, falsify"}};
  for (const auto& [text, problem] : cases) {
    EXPECT_THAT(ProblemOf(text), HasSubstr(problem)) << text;
  }
}

// Files as Weights & Biases' documentation has their shapes, with our parameters.
// A search of a file; its groups by the names of their parameters, as in "depth width".
v1::Search SearchOf(const std::string& text, std::map<std::string, JointAxis>& groups) {
  const auto spec = ParseSweepFile(text, "f.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status();
  if (!spec.ok()) return {};
  const Grid space = SpaceFromProto(*spec).value();
  for (const JointAxis& axis : space.joint) {
    groups.emplace(absl::StrJoin(axis.names(), " "), axis);
  }
  return spec->search();
}

TEST(SearchSpace, ASearchHasAGroupForWhatVariesFreelyAndForWhatIsTied) {
  std::map<std::string, JointAxis> groups;
  const v1::Search search = SearchOf(R"(method: tpe
run_cap: 30
sampler_seed: 5
metric: {name: exact_match, goal: minimize}
parameters:
  lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}
  objective: {values: [standard, reverse]}
  heads: {values: [1, 2, 4]}
  dropout: {min: 0.0, max: 0.5}
  warmup: {min: 1, max: 9}
  steps: {value: 300}
derive: {width: 16 * heads}
constraints: [dropout < lr * 100]
)",
                                     groups);
  EXPECT_EQ(search.method(), v1::Search::METHOD_TPE);
  EXPECT_EQ(search.points(), 30);
  EXPECT_EQ(search.seed(), 5);
  EXPECT_TRUE(search.minimize());
  ASSERT_THAT(groups, SizeIs(4));
  EXPECT_THAT(groups.at("objective").points(), SizeIs(2));
  EXPECT_THAT(groups.at("warmup").points(), SizeIs(9));
  const JointAxis& heads = groups.at("width heads");
  ASSERT_THAT(heads.points(), SizeIs(3));
  for (const JointAxis::Point& point : heads.points()) {
    EXPECT_EQ(std::get<int64_t>(point[0]), 16 * std::get<int64_t>(point[1]));
  }
  const JointAxis& tied = groups.at("dropout lr");
  EXPECT_THAT(tied.points(), SizeIs(10'000));
  for (const JointAxis::Point& point : tied.points()) {
    EXPECT_LT(std::get<double>(point[0]), 100 * std::get<double>(point[1]));
  }
}

// A thousand values of a range lie as its distribution says.
TEST(SearchSpace, ASearchSeesADistributionByItsQuantiles) {
  std::map<std::string, JointAxis> groups;
  SearchOf(R"(method: bayes
run_cap: 5
parameters: {lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}}
)",
           groups);
  std::vector<double> rates;
  for (const JointAxis::Point& point : groups.at("lr").points()) {
    rates.push_back(std::get<double>(point[0]));
  }
  ASSERT_THAT(rates, SizeIs(1000));
  std::ranges::sort(rates);
  EXPECT_NEAR(rates[500], 1e-3, 2e-5);
  EXPECT_NEAR(rates[250], std::pow(10, -3.5), 1e-5);
}

TEST(SearchSpace, ALossIsMinimizedUnlessTheFileSaysOtherwise) {
  const std::string rest = "run_cap: 5\nparameters: {depth: {values: [1, 2]}}\nmethod: tpe\n";
  std::map<std::string, JointAxis> groups;
  EXPECT_TRUE(SearchOf(rest + "metric: test_loss", groups).minimize());
  EXPECT_FALSE(SearchOf(rest + "metric: {name: test_loss, goal: maximize}", groups).minimize());
  EXPECT_FALSE(SearchOf(rest, groups).minimize());
}

TEST(SearchSpace, FalsifyTakesAClaim) {
  const std::string rest = R"(method: falsify
run_cap: 5
parameters:
  lr: {min: 1e-4, max: 1e-2}
  objective: {values: [standard, reverse], cross: true}
claims:
  fails: {where: {objective: standard}, at_most: 0.7}
  gap: {compare: [reverse, standard], over: objective, difference_at_least: 0.3}
)";
  std::map<std::string, JointAxis> groups;
  const v1::Search search = SearchOf(rest + "claim: gap\nfresh_seeds: 4\n", groups);
  EXPECT_EQ(search.method(), v1::Search::METHOD_FALSIFY);
  EXPECT_EQ(search.claim(), "gap");
  EXPECT_EQ(search.fresh_seeds(), 4);
  EXPECT_THAT(groups, SizeIs(1));
  EXPECT_THAT(ProblemOf(rest), HasSubstr("f.yaml:1:9: `method: falsify` needs a `claim`"));
  EXPECT_THAT(ProblemOf("method: grid\nclaim: x\nparameters: {lr: {value: 1e-3}}"),
              HasSubstr("`claim` belongs to `method: falsify`"));
}

TEST(SearchSpace, ASearchNeedsSomethingToSearch) {
  EXPECT_THAT(ProblemOf("method: tpe\nrun_cap: 5\nparameters: {lr: {value: 1e-3}}"),
              HasSubstr("nothing to search"));
  EXPECT_THAT(ProblemOf("method: tpf\nparameters: {lr: {value: 1e-3}}"),
              HasSubstr("unknown method `tpf`, did you mean `tpe`?"));
}

TEST(SearchSpace, FilesOfWeightsAndBiasesRunUnchanged) {
  const std::vector<std::pair<std::string, int64_t>> files = {
      // method, parameters
      {"method: grid\nparameters:\n  lr:\n    values: [0.001, 0.002]\n", 2},
      {"program: train.py\nmethod: grid\nparameters:\n  depth:\n    value: 4\n", 1},
      {"program: train.py\nmethod: random\nmetric:\n  name: exact_match\n  goal: maximize\n"
       "parameters:\n  lr:\n    min: 0.0001\n    max: 0.1\n  batch_size:\n    values: [16, 32]\n",
       100},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: uniform\n"
       "    min: 0.0001\n    max: 0.1\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: log_uniform_values\n"
       "    min: 1e-5\n    max: 1e-1\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: log_uniform\n"
       "    min: -9.2\n    max: -2.3\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  batch_size:\n"
       "    distribution: q_log_uniform_values\n    q: 8\n    min: 32\n    max: 256\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: q_uniform\n"
       "    q: 0.001\n    min: 0.001\n    max: 0.1\n",
       7},
      {"method: random\nrun_cap: 3\nparameters:\n  depth:\n    distribution: int_uniform\n"
       "    min: 1\n    max: 8\n",
       3},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: normal\n"
       "    mu: 0.01\n    sigma: 0.001\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  lr:\n    distribution: log_normal\n"
       "    mu: -7\n    sigma: 0.5\n",
       7},
      {"method: random\nrun_cap: 7\nparameters:\n  dropout:\n    distribution: beta\n"
       "    a: 2\n    b: 5\n",
       7},
      {"method: random\nrun_cap: 2\nparameters:\n  objective:\n    values: [standard, reverse]\n"
       "    probabilities: [0.3, 0.7]\n",
       2},
      {"method: random\nrun_cap: 2\nparameters:\n  objective:\n    distribution: categorical\n"
       "    values: [standard, reverse]\n",
       2},
      {"method: grid\nparameters:\n  depth:\n    distribution: constant\n    value: 3\n"
       "  lr:\n    values: [0.001]\n",
       1},
      {"method: grid\nparameters:\n  depth:\n    min: 1\n    max: 4\n", 4},
      {"method: grid\nparameters:\n  lr:\n    distribution: q_uniform\n    q: 0.001\n"
       "    min: 0.001\n    max: 0.005\n",
       5},
      {"name: sweep\nproject: p\nentity: e\nprogram: train.py\ncommand:\n  - ${env}\n  - python3\n"
       "  - ${program}\n  - ${args}\ncontroller:\n  type: local\nmethod: grid\n"
       "parameters:\n  lr:\n    values: [0.001]\n",
       1},
      {"method: random\nrun_cap: 4\nearly_terminate:\n  type: hyperband\n  min_iter: 3\n"
       "parameters:\n  lr:\n    distribution: inv_log_uniform_values\n    min: 1e-4\n    max: "
       "1e-2\n",
       4},
      {"method: random\nrun_cap: 4\nparameters:\n  lr:\n    distribution: q_log_uniform_values\n"
       "    q: 0.001\n    min: 0.001\n    max: 0.1\n",
       4},
      {"method: random\nrun_cap: 4\nparameters:\n  lr:\n    distribution: q_log_normal\n"
       "    q: 0.0001\n    mu: -7\n    sigma: 0.5\n",
       4},
      {"method: random\nrun_cap: 4\nparameters:\n  dropout:\n    distribution: beta\n", 4},
      {"method: random\nrun_cap: 3\nparameters:\n  dropout:\n    distribution: q_beta\n"
       "    q: 0.1\n    a: 2\n    b: 5\n",
       3},
      {"method: bayes\nrun_cap: 30\nmetric:\n  name: exact_match\n  goal: maximize\nparameters:\n"
       "  lr:\n    min: 0.0001\n    max: 0.1\n",
       1}};
  ASSERT_GE(files.size(), 15u);
  for (const auto& [text, configs] : files) {
    SCOPED_TRACE(text);
    EXPECT_EQ(ConfigCount(ReadSpace(text).grid), configs);
  }
}

TEST(SearchSpace, NoticesSayWhatAUserMayNotExpect) {
  EXPECT_THAT(ReadSpace("method: tpe\nparameters:\n  depth: {values: [2, 4]}\n"
                        "  objective: {values: [standard, reverse], probabilities: [0.3, 0.7]}\n")
                  .notices,
              Contains("`probabilities` of `objective` do not weigh in a search"));
  EXPECT_THAT(ReadSpace("method: random\nprogram: x.py\n"
                        "early_terminate: {type: hyperband, min_iter: 3, strict: true}\n"
                        "parameters: {depth: {values: [2, 4]}}\n")
                  .notices,
              ElementsAre("`program` has no meaning here and is passed over",
                          "`strict` of `hyperband` is passed over: it always is",
                          HasSubstr("no `run_cap`: 100 configs are sampled"),
                          HasSubstr("only 2 different configs")));
}

}  // namespace
}  // namespace pathsweep

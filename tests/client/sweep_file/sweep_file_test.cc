#include "client/sweep_file/sweep_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/claim_proto.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

constexpr char kGood[] = R"(name: depth-by-lr
method: grid
metric: {name: exact_match, goal: maximize}
parameters:
  objective: {values: [standard, reverse]}
  lr: {values: [1e-3, 3E-3, 1.5e-2]}
  depth: {value: 2}
  tie_embeddings: {value: true}
seeds: [1, 5]
stop_when: solved
max_attempts: 2
)";

std::string ProblemsOf(const std::string& text) {
  const absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(text, "f.yaml");
  EXPECT_EQ(spec.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(spec.status().message());
}

std::string WithParameters(const std::string& lines) {
  return absl::StrCat("method: grid\nparameters:\n", lines);
}

TEST(SweepFile, ReadsEveryKey) {
  const absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(kGood, "f.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->name(), "depth-by-lr");
  EXPECT_EQ(spec->metric(), "exact_match");
  EXPECT_EQ(spec->max_attempts(), 2);
  const Grid grid = GridFromProto(*spec).value();
  EXPECT_EQ(grid.seeds, (std::vector<int64_t>{1, 5}));
  EXPECT_EQ(grid.fixed.depth, 2);
  EXPECT_TRUE(grid.fixed.tie_embeddings);
  EXPECT_EQ(grid.fixed.stop_when, "solved");
  ASSERT_EQ(grid.axes.size(), 2u);
  EXPECT_EQ(grid.axes[0].name, "objective");
  EXPECT_EQ(grid.axes[1].values, (std::vector<ParameterValue>{1e-3, 3e-3, 1.5e-2}));
}

std::string WithClaims(const std::string& lines) {
  return absl::StrCat(
      "method: grid\nparameters:\n  objective: {values: [standard, reverse]}\n"
      "  lr: {values: [1e-3, 2e-3]}\nseeds: 3\nclaims:\n",
      lines);
}

TEST(SweepFile, ReadsClaims) {
  const absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(
      WithClaims(
          "  fails: {where: {objective: standard, lr: {min: 1e-4, max: 1e-2}}, metric: "
          "token_accuracy, at_most: 1/degree + 0.05}\n"
          "  solves: {where: {objective: [reverse, standard]}, at_least: 0.95}\n"
          "  gap: {compare: [reverse, standard], over: objective, difference_at_least: 0.3}\n"),
      "f.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto claims = ClaimsFromProto(*spec, GridFromProto(*spec).value()).value();
  ASSERT_EQ(claims.size(), 3u);
  EXPECT_EQ(claims[0].where[0].values, (std::vector<ParameterValue>{std::string("standard")}));
  EXPECT_EQ(claims[0].where[1].lowest, 1e-4);
  EXPECT_EQ(claims[0].where[1].highest, 1e-2);
  EXPECT_EQ(claims[0].metric, "token_accuracy");
  EXPECT_EQ(claims[0].bound().text(), "1/degree + 0.05");
  EXPECT_EQ(std::get<BoundClaim>(claims[0].statement).side, BoundClaim::Side::kAtMost);
  EXPECT_EQ(claims[1].where[0].values.size(), 2u);
  EXPECT_EQ(claims[1].metric, "exact_match") << "the sweep's";
  EXPECT_EQ(std::get<ComparisonClaim>(claims[2].statement).second,
            ParameterValue(std::string("standard")));
}

TEST(SweepFile, SaysWhatIsWrongWithAClaimAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"  c: 5\n", "f.yaml:7:6: write `c: {where: {...}, metric: ..., at_least: ...}`"},
      {"  c: {metric: exact_match}\n", "f.yaml:7:3: claim `c` needs one of `at_most`"},
      {"  c: {at_most: 1, at_least: 0}\n", "f.yaml:7:3: claim `c` needs one of `at_most`"},
      {"  c: {compare: [reverse, standard], at_least: 0}\n", "f.yaml:7:3: claim `c` needs one of"},
      {"  c: {at_lest: 1}\n", "f.yaml:7:7: unknown key `at_lest`, did you mean `at_least`? in"},
      {"  c: {at_least: 1/dgree}\n", "f.yaml:7:17: `at_least`: at 3: unknown parameter `dgree`"},
      {"  c: {at_least: [1]}\n", "f.yaml:7:17: `at_least`: "},
      {"  c: {metric: exact, at_least: 1}\n", "f.yaml:7:15: unknown metric `exact`"},
      {"  c: {where: {lrr: 1}, at_least: 1}\n", "f.yaml:7:15: unknown parameter `lrr`"},
      {"  c: {where: 3, at_least: 1}\n", "f.yaml:7:14: `where` is a map"},
      {"  c: {where: {lr: []}, at_least: 1}\n", "f.yaml:7:19: no value fits an empty list"},
      {"  c: {where: {lr: {min: a}}, at_least: 1}\n", "f.yaml:7:25: `min` must be a number"},
      {"  c: {where: {lr: {mni: 1}}, at_least: 1}\n", "f.yaml:7:20: unknown key `mni`"},
      {"  c: {where: {objective: {min: 1}}, at_least: 1}\n", "`objective` has no range"},
      {"  c: {where: {lr: 5e-3}, at_least: 1}\n", "f.yaml:7:3: claim `c`: it is about no config"},
      {"  c: {at_least: 1/(lr - 0.001)}\n", "f.yaml:7:3: claim `c`: `1/(lr - 0.001)` is no finite"},
      {"  c: {compare: [reverse], over: objective, difference_at_least: 0}\n",
       "f.yaml:7:16: `compare` must be a list of two values"},
      {"  c: {compare: [reverse, x], over: objective, difference_at_least: 0}\n", "f.yaml:7:26: "},
      {"  c: {compare: [1, 2], over: objectiv, difference_at_least: 0}\n",
       "f.yaml:7:30: unknown parameter `objectiv`"},
      {"  c: {compare: [teacherless, standard], over: objective, difference_at_least: 0}\n",
       "no trial with `objective` = teacherless"},
      {"  - c\n", "`claims` is a map"}};
  for (const auto& [lines, problem] : cases) {
    EXPECT_THAT(ProblemsOf(WithClaims(lines)), HasSubstr(problem)) << lines;
  }
}

TEST(SweepFile, SeedsMayGrowUntilClaimsAreDecided) {
  const std::string claims = "claims: {c: {at_least: 0.9}}\n";
  const std::string parameters = WithParameters("  lr: {values: [1e-3, 2e-3]}\n");
  const auto spec = ParseSweepFile(
      absl::StrCat(parameters, "seeds: {min: 3, max: 12, until: decided}\n", claims), "f.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->seeds_size(), 3);
  EXPECT_EQ(spec->most_seeds(), 12);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{min: 3, until: decided}", "f.yaml:4:8: `seeds` needs all of `min`, `max` and `until: "},
      {"{min: 3, max: 12}", "f.yaml:4:8: `seeds` needs all of"},
      {"{min: 3, max: 12, until: bored}", "f.yaml:4:33: `until` must be `decided`"},
      {"{min: 1, max: 12, until: decided}", "f.yaml:4:14: `min` must be an integer, 2 to 1000"},
      {"{min: 3, mx: 12, until: decided}", "f.yaml:4:17: unknown key `mx`, did you mean `max`?"},
      {"{min: 5, max: 4, until: decided}", "f.yaml:4:1: `seeds` until claims are decided must be"}};
  for (const auto& [seeds, problem] : cases) {
    EXPECT_THAT(ProblemsOf(absl::StrCat(parameters, "seeds: ", seeds, "\n", claims)),
                HasSubstr(problem));
  }
  EXPECT_THAT(ProblemsOf(absl::StrCat(parameters, "seeds: {min: 3, max: 12, until: decided}\n")),
              HasSubstr("f.yaml:4:1: `until: decided` needs `claims`"));
}

TEST(SweepFile, SeedCountMeansOneToN) {
  const v1::SweepSpec spec =
      ParseSweepFile(WithParameters("  lr: {value: 1e-3}\nseeds: 3\n"), "f.yaml").value();
  EXPECT_THAT(spec.seeds(), ::testing::ElementsAre(1, 2, 3));
}

TEST(SweepFile, AnchorsAndAliasesAreYaml) {
  EXPECT_TRUE(ParseSweepFile(WithParameters("  warmup: &w {value: 3}\n  heads: *w\n"
                                            "  width: {value: 30}\n"),
                             "f.yaml")
                  .ok());
}

TEST(SweepFile, PassesOverWhatOnlyWeightsAndBiasesNeeds) {
  EXPECT_TRUE(ParseSweepFile("program: train.py\nproject: p\ncommand: [python, train.py]\n" +
                                 WithParameters("  lr: {value: 1e-3}\n"),
                             "f.yaml")
                  .ok());
}

TEST(SweepFile, EachProblemNamesItsPlaceAndWhatToWrite) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"method: grid\nparameters: [a, {b\n", "f.yaml:3:1: malformed YAML: "},
      {WithParameters("  detph: {value: 3}\n"),
       "f.yaml:3:3: unknown parameter `detph`, did you mean `depth`?"},
      {"method: grid\nparamters:\n  lr: {value: 1}\n",
       "f.yaml:2:1: unknown key `paramters`, did you mean `parameters`?"},
      {WithParameters("  depth: {value: deep}\n"),
       "f.yaml:3:18: `depth` must be an integer, 1 to 128, not `deep`"},
      {WithParameters("  depth: {value: 2.5}\n"), "`depth` must be an integer"},
      {WithParameters("  tie_embeddings: {value: 3}\n"),
       "f.yaml:3:27: `tie_embeddings` must be true or false, not `3`"},
      {WithParameters("  objective: {value: forward}\n"),
       "`objective` must be standard, reverse, teacherless, scheduled_sampling or multi_target, "
       "not `forward`"},
      {WithParameters("  lr: {values: []}\n"),
       "f.yaml:3:16: `lr` has no values; write at least one"},
      {"method: grid\n", "f.yaml:1:1: `parameters` is missing"},
      {"", "f.yaml:1:1: a sweep file is a map"},
      {", 5]\nmethod: grid\n", "f.yaml:1:1: the sweep ends before this"},
      {WithParameters("  lr: {value: 1}\n---\nmethod: grid\n"),
       "f.yaml:4:1: the sweep ends before this; write one document in a file"},
      {"- a\n", "f.yaml:1:1: a sweep file is a map"},
      {WithParameters("  degree: {value: 5}\n  length: {value: 5}\n  nodes: {values: [10]}\n"),
       "f.yaml:5:3: `nodes` is 10, but G(5,5) has degree x (length - 1) + 1 = 21 nodes; write at "
       "least 21"},
      {WithParameters("  lr: {value: 0}\n"), "`lr` must be a number, above 0, up to 10, not `0`"},
      {WithParameters("  lr: {value: -1}\n"), "not `-1`"},
      {WithParameters("  lr: {value: .nan}\n"), "not `.nan`"},
      {WithParameters("  lr: {value: .inf}\n"), "not `.inf`"},
      {WithParameters("  width: {value: 33}\n"),
       "f.yaml:3:3: `width` 33 is not a multiple of `heads` 2"},
      {WithParameters("  lr: {values: [1e-3, 0.001]}\n"),
       "f.yaml:3:23: `lr` has the value 0.001 twice; keep one"},
      {WithParameters("  lr: {values: [1, 1.0]}\n"), "`lr` has the value 1 twice"},
      {WithParameters("  lr: {value: 1}\n  lr: {value: 2}\n"),
       "f.yaml:4:3: `lr` stands here again, first in line 3; keep one"},
      {WithParameters("  seed: {values: [1, 2]}\n"), "write `seeds: 3`"},
      {WithParameters("  lr: {value: 1, values: [1]}\n"), "`lr` has `value` and `values`"},
      {WithParameters("  lr: {value: 1}\nseeds: 0\n"), "f.yaml:4:8: `seeds` must be a count"},
      {WithParameters("  lr: {value: 1}\nseeds: [1, 1]\n"), "f.yaml:4:12: seed 1 stands twice"},
      {WithParameters("  lr: {value: 1}\nstop_when: tired\n"),
       "`stop_when` must be never or solved, not `tired`"},
      {"metric: exact_mach\n" + WithParameters("  lr: {value: 1}\n"),
       "f.yaml:1:9: unknown metric `exact_mach`, did you mean `exact_match`?"},
      {"metric: {goal: maximize}\n" + WithParameters("  lr: {value: 1}\n"),
       "f.yaml:1:9: `metric` needs a `name`"},
      {WithParameters("  lr: {value: 1}\npriority: high\n"),
       "f.yaml:4:11: `priority` must be an integer, -1000 to 1000"},
      {WithParameters("  lr: {value: 1}\nmax_parallel: 0\n"),
       "f.yaml:4:15: `max_parallel` must be an integer, 1 to"},
      {WithParameters("  lr: {value: 1}\nkeep_checkpoint: newest\n"),
       "f.yaml:4:18: `keep_checkpoint` must be none, last or best"},
      {"method: cmaes\nparameters:\n  lr: {value: 1}\n",
       "f.yaml:1:9: unknown method `cmaes`: grid, random, sobol, tpe, gp, falsify"},
  };
  for (const auto& [text, problem] : cases) EXPECT_THAT(ProblemsOf(text), HasSubstr(problem));
}

TEST(SweepFile, ReportsAllProblemsInOrderOfTheirPlaces) {
  EXPECT_EQ(ProblemsOf(WithParameters("  lr: {values: [0, 1e-3]}\n  detph: {value: 3}\n")),
            "f.yaml:3:17: `lr` must be a number, above 0, up to 10, not `0`\n"
            "f.yaml:4:3: unknown parameter `detph`, did you mean `depth`?");
}

TEST(SweepFile, GridOfATrillionTrialsIsRefusedWithItsCountAndTheLimit) {
  std::vector<int> hundred(100);
  std::iota(hundred.begin(), hundred.end(), 1);
  const std::string values = absl::StrCat(": {values: [", absl::StrJoin(hundred, ", "), "]}\n");
  std::string lines;
  for (const char* name :
       {"steps", "warmup", "eval_every", "test_samples", "batch_size", "train_samples"}) {
    absl::StrAppend(&lines, "  ", name, values);
  }
  EXPECT_THAT(ProblemsOf(WithParameters(lines)),
              HasSubstr("the grid has 1000000000000 trials, more than the limit of 10000000"));
}

TEST(SweepFile, FileThatCannotBeReadIsNamed) {
  EXPECT_THAT(std::string(ReadSweepFile("no/such.yaml").status().message()),
              HasSubstr("cannot read no/such.yaml: No such file or directory"));
  EXPECT_THAT(std::string(ReadSweepFile(".").status().message()), HasSubstr("it is a folder"));
}

TEST(SweepFile, EveryExampleIsValid) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PATHSWEEP_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    const absl::StatusOr<v1::SweepSpec> spec = ReadSweepFile(entry.path());
    EXPECT_TRUE(spec.ok()) << entry.path() << ": " << spec.status();
    ++files;
  }
  EXPECT_GE(files, 3);
}

// Whatever a file holds, it is either a sweep or an error, and never a crash.
// Another run of it: --gtest_random_seed=N.
TEST(SweepFile, DamagedFilesNeverCrash) {
  const int seed = GTEST_FLAG_GET(random_seed);
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text = kGood;
    for (int edit = 0; edit < 4; ++edit) {
      const size_t place = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[place] = static_cast<char>(random());
          break;
        case 1:
          text.erase(place, random() % 20);
          break;
        default:
          text.insert(place, text.substr(random() % text.size(), random() % 20));
      }
      if (text.empty()) text = " ";
    }
    ParseSweepFile(text, "f.yaml").IgnoreError();
  }
}

TEST(SweepFile, DeepNestingIsAnError) {
  ProblemsOf(std::string(100'000, '['));
  ProblemsOf(std::string(100'000, '{'));
}

}  // namespace
}  // namespace pathsweep

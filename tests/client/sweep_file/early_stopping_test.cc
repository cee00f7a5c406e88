#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/sweep_file/sweep_file.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

std::string File(const std::string& rules, const std::string& more = "") {
  return absl::StrCat("method: grid\nparameters: {lr: {values: [1e-3, 3e-3]}}\n", more,
                      "early_terminate: ", rules, "\n");
}

v1::EarlyStopping Rules(const std::string& rules, const std::string& more = "") {
  const absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(File(rules, more), "f.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status();
  return spec.ok() ? spec->early_stopping() : v1::EarlyStopping();
}

TEST(EarlyTerminate, ReadsThoseOfWeightsAndBiases) {
  const v1::EarlyStopping first = Rules("{type: hyperband, min_iter: 3}");
  EXPECT_EQ(first.hyperband().first(), 3);
  EXPECT_EQ(first.hyperband().eta(), 3);
  EXPECT_EQ(first.hyperband().rungs(), 0);
  const v1::EarlyStopping last = Rules("{type: hyperband, max_iter: 27, s: 2, eta: 3}");
  EXPECT_EQ(last.hyperband().first(), 3);
  EXPECT_EQ(last.hyperband().rungs(), 2);
  const v1::EarlyStopping short_one = Rules("{type: hyperband, max_iter: 4, s: 5, eta: 3}");
  EXPECT_EQ(short_one.hyperband().first(), 1);
  EXPECT_EQ(short_one.hyperband().rungs(), 1) << "there is one before the fourth";
}

TEST(EarlyTerminate, SearchesDoNotPause) {
  const std::string search =
      "method: tpe\nrun_cap: 20\nparameters: {lr: {values: [1e-3, 3e-3]}}\n"
      "seeds: 2\nearly_terminate: ";
  const auto spec = ParseSweepFile(search + "{type: hyperband, min_iter: 3}\n", "f.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_FALSE(spec->early_stopping().hyperband().pauses());
  EXPECT_THAT(
      std::string(ParseSweepFile(search + "{type: hyperband, min_iter: 3, pause: true}\n", "f.yaml")
                      .status()
                      .message()),
      HasSubstr("a search chooses by what trials end with"));
}

TEST(EarlyTerminate, TrialsPauseWhereThereAreSeveralSeeds) {
  EXPECT_FALSE(Rules("{type: hyperband, min_iter: 3}").hyperband().pauses());
  EXPECT_TRUE(Rules("{type: hyperband, min_iter: 3}", "seeds: 2\n").hyperband().pauses());
  EXPECT_FALSE(
      Rules("{type: hyperband, min_iter: 3, pause: no}", "seeds: 2\n").hyperband().pauses());
  EXPECT_FALSE(Rules("{type: hyperband, min_iter: 3}", "seeds: 2\ncheckpoint_seconds: 0\n")
                   .hyperband()
                   .pauses());
}

TEST(EarlyTerminate, ReadsAListOfRules) {
  const v1::EarlyStopping rules = Rules(
      "[{type: median, min_iter: 4}, {type: solved, hold: 3}, {type: plateau, patience: 5, "
      "min_delta: 0.1}, {type: futility, level: 0.1}]",
      "claims: {solves: {at_least: 0.9, where: {lr: 1e-3}}}\nmetric: {name: test_loss, goal: "
      "minimize}\n");
  EXPECT_EQ(rules.median().first(), 4);
  EXPECT_EQ(rules.solved().evaluations(), 3);
  EXPECT_EQ(rules.plateau().evaluations(), 5);
  EXPECT_EQ(rules.plateau().least(), 0.1);
  EXPECT_EQ(rules.futility().level(), 0.1);
  EXPECT_TRUE(rules.minimize());
}

TEST(EarlyTerminate, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"hyperband", "a rule of `early_terminate` is a map"},
      {"[5]", "a rule of `early_terminate` is a map"},
      {"[]", "`early_terminate` is a rule or a list of rules"},
      {"{min_iter: 3}", "needs a `type`: futility, hyperband, median, plateau, solved"},
      {"{type: hyperbond}", "unknown type `hyperbond`, did you mean `hyperband`?"},
      {"{type: hyperband}", "`hyperband` needs `min_iter`"},
      {"{type: hyperband, min_iter: 0}", "`min_iter` must be an integer, 1 to 1000000"},
      {"{type: hyperband, min_iter: 3, eta: 1}", "`eta` must be an integer, 2 to 1000"},
      {"{type: median, min_itr: 3}", "unknown key `min_itr`, did you mean `min_iter`? in `median`"},
      {"[{type: median}, {type: median}]", "`median` comes twice"},
      {"{type: futility}", "`futility` needs a claim"},
      {"{type: futility, level: 0.9}", "`level` must be a number, 0 to 0.5"},
      {"{type: plateau, min_delta: lots}", "`min_delta` must be a number"},
      {"{type: hyperband, min_iter: 2, pause: maybe}", "`pause` must be true or false"},
  };
  for (const auto& [rules, problem] : wrong) {
    const absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(File(rules), "f.yaml");
    EXPECT_EQ(spec.status().code(), absl::StatusCode::kInvalidArgument) << rules;
    EXPECT_THAT(std::string(spec.status().message()), HasSubstr(problem)) << rules;
    EXPECT_THAT(std::string(spec.status().message()), HasSubstr("f.yaml:3:")) << rules;
  }
}

TEST(EarlyTerminate, WhatClaimsAreAboutIsNotCompared) {
  const std::string claim = "claims: {solves: {at_least: 0.9}}\n";
  const absl::StatusOr<v1::SweepSpec> spec =
      ParseSweepFile(File("{type: hyperband, min_iter: 3}", claim), "f.yaml");
  EXPECT_THAT(std::string(spec.status().message()),
              HasSubstr("claims are about every config, and `hyperband` leaves those alone"));
}

}  // namespace
}  // namespace pathsweep

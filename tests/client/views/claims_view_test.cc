#include "client/views/claims_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "client/views/claim_text.h"

namespace pathsweep {
namespace {

using testing::HasSubstr;
using testing::Not;

void AddConfig(v1::ClaimReport& report, double lr, v1::Verdict verdict, double mean) {
  v1::ConfigVerdict& config = *report.add_verdicts();
  v1::Parameter& rate = *config.add_parameters();
  rate.set_name("lr");
  rate.mutable_value()->set_real(lr);
  v1::Parameter& objective = *config.add_parameters();
  objective.set_name("objective");
  objective.mutable_value()->set_choice("standard");
  config.set_verdict(verdict);
  config.mutable_mean()->set_value(mean);
  config.mutable_mean()->set_low(mean - 0.1);
  config.mutable_mean()->set_high(mean + 0.1);
  config.set_bound(0.55);
  config.set_margin(0.55 - mean);
  config.set_seeds(3);
  config.set_q(0.002);
}

v1::GetClaimsResponse TwoClaims() {
  v1::GetClaimsResponse claims;
  claims.set_sweep("demo");
  claims.set_database("results.db");
  claims.set_trials(6);
  claims.set_unfinished(1);
  v1::ClaimReport& report = *claims.add_claims();
  v1::Claim& claim = *report.mutable_claim();
  claim.set_name("standard_fails");
  claim.set_metric("exact_match");
  claim.set_at_most("1/degree + 0.05");
  v1::ClaimCondition& where = *claim.add_where();
  where.set_parameter("objective");
  where.add_values()->set_choice("standard");
  report.set_configs(2);
  report.set_holds(1);
  report.set_fails(1);
  report.mutable_share()->set_value(0.5);
  report.mutable_share()->set_low(0.0126);
  report.mutable_share()->set_high(0.987);
  AddConfig(report, 2e-3, v1::VERDICT_FAILS, 0.75);
  AddConfig(report, 1e-3, v1::VERDICT_HOLDS, 0.5);
  *report.mutable_worst() = report.verdicts(0);
  *report.mutable_best() = report.verdicts(1);
  for (int64_t trial : {17, 18}) report.mutable_verdicts(0)->add_counterexamples(trial);
  report.set_counterexamples(2);
  report.set_exceptions(1);
  report.set_missing(1);
  v1::Effect& effect = *report.mutable_effects()->add_all();
  effect.add_parameters("lr");
  effect.mutable_share()->set_value(0.9);
  effect.set_noise_floor(0.04);
  v1::ClaimBoundary& step = *report.add_boundary();
  step.set_parameter("lr");
  step.mutable_below()->set_real(1e-3);
  step.mutable_above()->set_real(2e-3);
  step.set_holding_to_failing(1);
  v1::ClaimReport& broken = *claims.add_claims();
  broken.mutable_claim()->set_name("gap");
  broken.mutable_claim()->set_metric("exact_match");
  v1::Comparison& comparison = *broken.mutable_claim()->mutable_comparison();
  comparison.set_over("objective");
  comparison.mutable_first()->set_choice("teacherless");
  comparison.mutable_second()->set_choice("standard");
  comparison.set_difference_at_least("0.3");
  broken.set_error("it is about none of the sweep's configs");
  return claims;
}

std::string Written(OutputFormat format) {
  std::ostringstream out;
  WriteClaims(out, format, TwoClaims());
  return out.str();
}

TEST(ClaimsView, PageSaysAllThatIsKnown) {
  EXPECT_EQ(Written(OutputFormat::kTable),
            R"(1 of 6 trials have not ended; verdicts are by the others.

standard_fails: exact_match ≤ 1/degree + 0.05 where objective = standard

Holds in 1 of 2 configs, fails in 1, undecided in 0. Share of the decided ones: 0.5 [0.0126, 0.987].

Without a value of exact_match: 1 seeds of configs (failed, cancelled, stopped for being worse than others, or not ended).

verdict  lr     exact_match        bound  seeds  q
fails    0.002  0.75 [0.65, 0.85]  0.55   3      0.002
holds    0.001  0.5 [0.4, 0.6]     0.55   3      0.002

Worst: lr = 0.002, objective = standard: 0.75 [0.65, 0.85] (margin -0.2)
Best:  lr = 0.001, objective = standard: 0.5 [0.4, 0.6] (margin 0.05)

What explains the margin (by how much a config is on the claim's side):

parameters  share of variance  seed noise alone
lr          0.9                0.04

Where it flips, between neighbouring values, in how many pairs:

parameter  between  and    fails → holds  holds → fails  same
lr         0.001    0.002  0              1              0

Counterexamples (2 trials); each trains again by its command:
    train_local --trial 17 --database results.db
    train_local --trial 18 --database results.db

1 other trial is on the wrong side of the bound, in configs that do not fail.

gap: exact_match of objective = teacherless − that of standard ≥ 0.3

Nothing can be said: it is about none of the sweep's configs.

)");
}

TEST(ClaimsView, MarkdownHasASectionForEachClaim) {
  const std::string page = Written(OutputFormat::kMarkdown);
  EXPECT_THAT(page, HasSubstr("## standard_fails\n\nexact_match ≤ 1/degree + 0.05 where"));
  EXPECT_THAT(page, HasSubstr("| fails | 0.002 | 0.75 [0.65, 0.85] | 0.55 | 3 | 0.002 |"));
  EXPECT_THAT(page, HasSubstr("\n## gap\n"));
}

TEST(ClaimsView, LatexIsATableOfTheClaims) {
  EXPECT_THAT(Written(OutputFormat::kLatex),
              HasSubstr("\\midrule\nstandard\\_fails & exact\\_match $\\leq$ 1/degree + 0.05 where "
                        "objective = standard & 2 & 1 & 1 & 0 & 0.5 [0.0126, 0.987] \\\\\n"));
}

TEST(ClaimsView, JsonHasEverything) {
  const auto json = Json::parse(Written(OutputFormat::kJson));
  ASSERT_EQ(json.size(), 2u);
  const Json& claim = json[0];
  EXPECT_EQ(claim["claim"], "standard_fails");
  EXPECT_EQ(claim["holds"], 1);
  EXPECT_EQ(claim["share"]["low"], 0.0126);
  EXPECT_EQ(claim["verdicts"][0]["parameters"]["lr"], 2e-3);
  EXPECT_EQ(claim["verdicts"][0]["counterexamples"], Json::array({17, 18}));
  EXPECT_EQ(claim["boundary"][0]["holding_to_failing"], 1);
  EXPECT_EQ(claim["rerun"][0], "train_local --trial 17 --database results.db");
  EXPECT_TRUE(claim["effects"][0]["share"]["low"].is_null());
  EXPECT_TRUE(claim["error"].is_null());
  EXPECT_THAT(json[1]["error"].get<std::string>(), HasSubstr("none of the sweep's configs"));
}

TEST(ClaimsView, CsvHasARecordForEachConfig) {
  EXPECT_EQ(Written(OutputFormat::kCsv),
            "claim,lr,objective,metric,verdict,mean,low,high,bound,margin,seeds,missing,q\n"
            "standard_fails,0.002,standard,exact_match,fails,0.75,0.65,0.85,0.55,"
            "-0.19999999999999996,3,0,0.002\n"
            "standard_fails,0.001,standard,exact_match,holds,0.5,0.4,0.6,0.55,"
            "0.050000000000000044,3,0,0.002\n");
}

TEST(StatementText, SaysRangesAndLists) {
  v1::Claim claim;
  claim.set_metric("test_loss");
  claim.set_at_least("2");
  v1::ClaimCondition& range = *claim.add_where();
  range.set_parameter("lr");
  range.set_lowest(1e-4);
  range.set_highest(0.01);
  v1::ClaimCondition& list = *claim.add_where();
  list.set_parameter("depth");
  list.add_values()->set_integer(2);
  list.add_values()->set_integer(4);
  EXPECT_EQ(StatementText(claim), "test_loss ≥ 2 where 0.0001 ≤ lr ≤ 0.01, depth in {2, 4}");
  range.clear_lowest();
  EXPECT_THAT(StatementText(claim), Not(HasSubstr("0.0001")));
}

}  // namespace
}  // namespace pathsweep

#include "client/commands/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/views/html_document.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string& Evil() {
  static const std::string& text = *new std::string("<script>alert('&\"')</script>");
  return text;
}

void AddLr(double lr, google::protobuf::RepeatedPtrField<v1::Parameter>& parameters) {
  v1::Parameter& parameter = *parameters.Add();
  parameter.set_name("lr");
  parameter.mutable_value()->set_real(lr);
}

void AddClaim(v1::GetClaimsResponse& claims) {
  claims.set_database("results.db");
  v1::ClaimReport& report = *claims.add_claims();
  report.mutable_claim()->set_name("solves");
  report.mutable_claim()->set_metric("exact_match");
  report.mutable_claim()->set_at_least("0.9");
  report.set_configs(2);
  report.set_holds(1);
  report.set_fails(1);
  report.set_counterexamples(1);
  for (double lr : {1e-2, 1e-3}) {
    v1::ConfigVerdict& config = *report.add_verdicts();
    AddLr(lr, *config.mutable_parameters());
    config.set_verdict(lr == 1e-2 ? v1::VERDICT_FAILS : v1::VERDICT_HOLDS);
    config.mutable_mean()->set_value(lr == 1e-2 ? 0.5 : 1);
    if (lr == 1e-2) config.add_counterexamples(7);
    *(lr == 1e-2 ? report.mutable_worst() : report.mutable_best()) = config;
  }
}

SweepFindings SmallFindings() {
  SweepFindings findings;
  v1::SweepSpec& spec = *findings.sweep.mutable_spec();
  spec.set_name("demo");
  spec.set_source("# a < b\nmethod: grid\n");
  spec.set_description(Evil());
  spec.set_metric("exact_match");
  spec.add_seeds(1);
  spec.add_seeds(2);
  AddLr(1e-3, *spec.mutable_fixed());
  findings.sweep.set_state(v1::SWEEP_STATE_FINISHED);
  findings.sweep.mutable_trials()->set_total(4);
  findings.sweep.mutable_trials()->set_succeeded(3);
  findings.sweep.mutable_trials()->set_failed(1);
  AddClaim(findings.claims);
  findings.table.set_sweep("demo");
  findings.table.set_metric("exact_match");
  findings.table.add_rows("lr");
  v1::TableCell& cell = *findings.table.add_cells();
  AddLr(1e-3, *cell.mutable_parameters());
  cell.mutable_metric()->set_value(0.75);
  findings.overview = findings.table;
  findings.importance.set_metric("exact_match");
  v1::Effect& effect = *findings.importance.mutable_effects()->add_all();
  effect.add_parameters("lr");
  effect.mutable_share()->set_value(0.5);
  findings.curves->set_metric("exact_match");
  v1::CurvePoint& point = *findings.curves->add_curves()->add_points();
  point.set_step(100);
  point.mutable_mean()->set_value(0.5);
  v1::Environment& environment = *findings.environments.add_environments();
  environment.set_build("0.1.0 abc");
  environment.set_libtorch("2.13.0");
  environment.set_device_name(Evil());
  environment.set_attempts(4);
  return findings;
}

std::string PageOf(const SweepFindings& findings) {
  return ReportPage(
      findings, [](const Plot&) { return absl::StatusOr<std::string>("<svg/>"); },
      absl::FromUnixSeconds(0));
}

TEST(ReportPage, HasAllPartsInOrder) {
  const std::string page = PageOf(SmallFindings());
  size_t at = 0;
  for (const char* part : {"<!DOCTYPE html>",
                           "<h1>Sweep demo</h1>",
                           "The sweep is finished: 4 trials, 3 succeeded, 1 failed.",
                           "<h2>What was swept</h2>",
                           "<h2>Claims</h2>",
                           "<h3>solves</h3>",
                           "exact_match ≥ 0.9",
                           "Holds in 1 of 2 configs, fails in 1",
                           "train_local --trial 7 --database results.db",
                           "<figcaption>Where solves holds</figcaption>",
                           "<h2>Results</h2>",
                           "<th>lr</th><th>exact_match</th>",
                           "<td>0.001</td><td>0.75",
                           "<h2>What explains it</h2>",
                           "<h2>Learning curves</h2>",
                           "<h2>Provenance</h2>",
                           "2.13.0",
                           "Seeds: 1, 2.",
                           "at 1970-01-01 00:00:00 UTC",
                           "sweepctl report demo -o report.html",
                           "<details>",
                           "The sweep file",
                           "# a &lt; b\nmethod: grid",
                           "&quot;name&quot;: &quot;demo&quot;",
                           "</html>"}) {
    const size_t found = page.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\n" << page;
    at = found;
  }
}

TEST(ReportPage, WhatUsersWroteIsTextAlone) {
  const std::string page = PageOf(SmallFindings());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"));
}

TEST(ReportPage, NeedsNothingBesideIt) {
  const std::string page = PageOf(SmallFindings());
  for (const char* outside : {"http:", "https:", "<link", "url(", "@import", "<iframe"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(page, HasSubstr("src=\"data:image/svg+xml;base64,PHN2Zy8+\""));
}

TEST(ReportPage, SaysWhyAPictureIsMissing) {
  const std::string page = ReportPage(
      SmallFindings(),
      [](const Plot&) -> absl::StatusOr<std::string> {
        return absl::FailedPreconditionError("no gnuplot here");
      },
      absl::FromUnixSeconds(0));
  EXPECT_THAT(page, HasSubstr("(No picture here: no gnuplot here.)"));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
}

TEST(ReportPage, SaysWhyThereAreNoCurves) {
  SweepFindings findings = SmallFindings();
  findings.curves = absl::ResourceExhaustedError("300 curves are too many");
  EXPECT_THAT(PageOf(findings), HasSubstr("(No picture here: 300 curves are too many.)"));
}

TEST(ReportPage, OfASweepWithoutResultsIsAPageToo) {
  SweepFindings findings;
  findings.sweep.mutable_spec()->set_name("new");
  findings.sweep.mutable_trials()->set_pending(5);
  findings.importance.mutable_effects()->set_none("no config has a value");
  const std::string page = PageOf(findings);
  EXPECT_THAT(page, HasSubstr("It has not ended"));
  EXPECT_THAT(page, HasSubstr("no config has a value"));
  EXPECT_THAT(page, Not(HasSubstr("<h2>Claims</h2>")));
}

TEST(ReportPage, LongTablesAreCut) {
  SweepFindings findings = SmallFindings();
  for (int i = 2; i <= 300; ++i) {
    v1::TableCell& cell = *findings.table.add_cells();
    AddLr(1e-3 * i, *cell.mutable_parameters());
  }
  EXPECT_THAT(PageOf(findings),
              HasSubstr("These are the first 200 rows; `sweepctl table demo` has all."));
}

TEST(HtmlText, EscapesWhatHtmlWouldRead) {
  EXPECT_EQ(HtmlText("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
}

}  // namespace
}  // namespace pathsweep

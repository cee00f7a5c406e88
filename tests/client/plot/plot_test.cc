#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/plot/axis.h"
#include "client/plot/plots.h"

namespace pathsweep {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Parameters = google::protobuf::RepeatedPtrField<v1::Parameter>;

void AddReal(const std::string& name, double value, Parameters& parameters) {
  v1::Parameter& parameter = *parameters.Add();
  parameter.set_name(name);
  parameter.mutable_value()->set_real(value);
}

void AddChoice(const std::string& name, const std::string& value, Parameters& parameters) {
  v1::Parameter& parameter = *parameters.Add();
  parameter.set_name(name);
  parameter.mutable_value()->set_choice(value);
}

v1::Table SmallTable() {
  v1::Table table;
  table.set_metric("exact_match");
  table.add_rows("lr");
  table.add_columns("objective");
  table.add_chance(0.5);
  for (double lr : {1e-2, 1e-3}) {
    for (const char* objective : {"standard", "reverse"}) {
      v1::TableCell& cell = *table.add_cells();
      AddReal("lr", lr, *cell.mutable_parameters());
      AddChoice("objective", objective, *cell.mutable_parameters());
      cell.mutable_metric()->set_value(lr == 1e-2 ? 0.25 : 0.75);
      cell.mutable_metric()->set_low(0.125);
      cell.mutable_metric()->set_high(0.875);
    }
  }
  return table;
}

v1::Curves SmallCurves() {
  v1::Curves curves;
  curves.set_metric("exact_match");
  curves.add_chance(0.5);
  for (const char* objective : {"standard", "teacherless"}) {
    v1::Curve& curve = *curves.add_curves();
    AddChoice("objective", objective, *curve.mutable_parameters());
    AddReal("lr", 1e-3, *curve.mutable_parameters());
    for (int64_t step : {100, 200}) {
      v1::CurvePoint& point = *curve.add_points();
      point.set_step(step);
      point.mutable_mean()->set_value(0.5);
      if (step == 100) continue;
      point.mutable_mean()->set_low(0.25);
      point.mutable_mean()->set_high(0.75);
    }
  }
  return curves;
}

v1::ClaimReport SmallReport(bool with_depth) {
  v1::ClaimReport report;
  report.mutable_claim()->set_name("solves \"it\"");
  report.mutable_claim()->set_metric("exact_match");
  report.mutable_claim()->set_at_least("0.9");
  for (double lr : {1e-3, 1e-2}) {
    for (int64_t depth : {2, 4}) {
      v1::ConfigVerdict& config = *report.add_verdicts();
      AddReal("lr", lr, *config.mutable_parameters());
      v1::Parameter& parameter = *config.add_parameters();
      parameter.set_name("depth");
      parameter.mutable_value()->set_integer(with_depth ? depth : 2);
      config.set_verdict(lr == 1e-3 ? v1::VERDICT_HOLDS : v1::VERDICT_FAILS);
      config.mutable_mean()->set_value(lr == 1e-3 ? 0.95 : 0.1);
      config.set_bound(0.9);
    }
  }
  v1::ClaimBoundary& step = *report.add_boundary();
  step.set_parameter("lr");
  step.mutable_below()->set_real(1e-3);
  step.mutable_above()->set_real(1e-2);
  step.set_holding_to_failing(2);
  return report;
}

v1::Importance SmallImportance() {
  v1::Importance importance;
  importance.set_metric("exact_match");
  v1::Effect& effect = *importance.mutable_effects()->add_all();
  effect.add_parameters("lr");
  effect.add_parameters("depth");
  effect.mutable_share()->set_value(0.5);
  effect.set_noise_floor(0.1);
  return importance;
}

TEST(Plots, ATableHasASeriesForEachColumnInOrderOfItsNumbers) {
  const Plot plot = TablePlot(SmallTable()).value();
  const size_t low = plot.commands.find("0.75 0.125 0.875");
  const size_t high = plot.commands.find("0.25 0.125 0.875");
  EXPECT_LT(low, high) << plot.commands;
  EXPECT_THAT(plot.commands, HasSubstr("title \"reverse\""));
  EXPECT_THAT(plot.commands, HasSubstr("set logscale x"));
  EXPECT_THAT(plot.commands, HasSubstr("0.5 with lines linestyle 9 title \"chance (1/degree)\""));
}

TEST(Plots, TicsThatWouldStandInEachOtherAreLeftOut) {
  std::vector<v1::ParameterValue> values;
  for (int i = 1; i <= 100; ++i) values.emplace_back().set_real(1e-3 * i);
  const std::string commands = PlotAxis(values).Commands("x", "lr");
  EXPECT_THAT(commands, HasSubstr("(\"0.001\" 0.001, \"0.002\" 0.002, \"0.004\" 0.004, "));
  EXPECT_THAT(commands, Not(HasSubstr("\"0.003\"")));
  EXPECT_THAT(commands, Not(HasSubstr("\"0.099\"")));
  values.resize(3);
  EXPECT_THAT(PlotAxis(values).Commands("x", "lr"), HasSubstr("\"0.002\" 0.002, \"0.003\""));
}

TEST(Plots, CurvesHaveABandAndALineEach) {
  const Plot plot = CurvesPlot(SmallCurves()).value();
  EXPECT_THAT(plot.commands, HasSubstr("$curve1 << EOD\n100 0.5 0.5 0.5\n200 0.5 0.25 0.75\nEOD"));
  EXPECT_THAT(plot.commands, HasSubstr("$curve1 using 1:3:4 with filledcurves linestyle 2"));
  EXPECT_THAT(plot.commands, HasSubstr("title \"teacherless, lr 0.001\""));
  EXPECT_THAT(plot.commands, HasSubstr("0.5 with lines linestyle 9 title \"chance (1/degree)\""));
}

TEST(Plots, ChanceIsDrawnForEachDegree) {
  v1::Curves curves = SmallCurves();
  curves.add_chance(0.25);
  EXPECT_THAT(CurvesPlot(curves)->commands, HasSubstr("0.25 with lines linestyle 9 notitle"));
  curves = SmallCurves();
  curves.set_metric("loss");
  EXPECT_THAT(CurvesPlot(curves)->commands, Not(HasSubstr("chance")));
}

TEST(Plots, ManyCurvesAreRefused) {
  v1::Curves curves = SmallCurves();
  for (int i = 0; i < 13; ++i) *curves.add_curves() = curves.curves(0);
  EXPECT_THAT(std::string(CurvesPlot(curves).status().message()),
              HasSubstr("15 curves are too many to tell apart (14 at most)"));
}

TEST(Plots, ABoundaryOverOneParameterHasABandWhereItFlips) {
  const Plot plot = BoundaryPlot(SmallReport(/*with_depth=*/false), "", "").value();
  EXPECT_THAT(plot.commands, HasSubstr("rectangle from 0.001, graph 0 to 0.01, graph 1"));
  EXPECT_THAT(plot.commands, HasSubstr("$holds << EOD\n0.001 0.95"));
  EXPECT_THAT(plot.commands, HasSubstr("$fails << EOD\n0.01 0.1"));
}

TEST(Plots, ABoundaryOverTwoHasACellForEachPair) {
  const v1::ClaimReport report = SmallReport(/*with_depth=*/true);
  const Plot plot = BoundaryPlot(report, "depth", "").value();
  EXPECT_THAT(plot.commands, HasSubstr("$decided << EOD\n0 0 1\n1 0 1\n0 1 0\n1 1 0\nEOD"));
  EXPECT_THAT(
      std::string(BoundaryPlot(report, "width", "").status().message()),
      HasSubstr("`width` does not vary among the configs of `solves \"it\"`; lr, depth do"));
}

TEST(Plots, ALongTitleIsBrokenBetweenWords) {
  v1::ClaimReport report = SmallReport(/*with_depth=*/false);
  report.mutable_claim()->set_at_least(
      "0.9 + 0 * (degree + length + nodes + depth + width + heads)");
  EXPECT_THAT(BoundaryPlot(report, "", "")->commands, HasSubstr(" nodes +\" . \"\\n\" . \"depth"));
}

TEST(Plots, NothingToShowIsAnErrorThatSaysWhy) {
  v1::Importance importance;
  importance.mutable_effects()->set_none("no parameter varies");
  EXPECT_THAT(std::string(ImportancePlot(importance).status().message()),
              HasSubstr("no parameter varies"));
  v1::ClaimReport large = SmallReport(/*with_depth=*/true);
  large.set_configs(5);
  EXPECT_THAT(std::string(BoundaryPlot(large, "", "").status().message()),
              HasSubstr("5 configs, too many for a picture (4 at most)"));
  v1::ClaimReport early = SmallReport(/*with_depth=*/true);
  for (v1::ConfigVerdict& verdict : *early.mutable_verdicts()) verdict.clear_mean();
  EXPECT_THAT(std::string(BoundaryPlot(early, "", "").status().message()),
              HasSubstr("has a value of exact_match yet"));
  EXPECT_FALSE(CurvesPlot(v1::Curves()).ok());
  EXPECT_FALSE(TablePlot(v1::Table()).ok());
  EXPECT_FALSE(ParallelPlot(v1::Table()).ok());
  v1::Table empty = SmallTable();
  for (v1::TableCell& cell : *empty.mutable_cells()) cell.clear_metric();
  EXPECT_THAT(std::string(TablePlot(empty).status().message()), HasSubstr("has a value yet"));
  EXPECT_FALSE(ParallelPlot(empty).ok());
}

// Those of Okabe & Ito (2008), in the order of the series.
TEST(Plots, ColoursAreThoseTheColourBlindCanTellApart) {
  EXPECT_THAT(Draw(TablePlot(SmallTable()).value(), "plot.gp").value(),
              AllOf(HasSubstr("style line 1 linecolor rgb '#0072B2'"),
                    HasSubstr("style line 2 linecolor rgb '#D55E00'"),
                    HasSubstr("style line 3 linecolor rgb '#009E73'")));
}

// gnuplot takes what is written for it, and makes the picture that the file's name asks for.
TEST(Plots, GnuplotDrawsThem) {
  const Plot plots[] = {TablePlot(SmallTable()).value(),
                        ImportancePlot(SmallImportance()).value(),
                        BoundaryPlot(SmallReport(/*with_depth=*/false), "", "").value(),
                        BoundaryPlot(SmallReport(/*with_depth=*/true), "", "").value(),
                        ParallelPlot(SmallTable()).value(),
                        CurvesPlot(SmallCurves()).value()};
  for (const Plot& plot : plots) {
    const absl::StatusOr<std::string> svg = DrawSvg(plot);
    ASSERT_EQ(svg.status(), absl::OkStatus()) << plot.commands;
    EXPECT_THAT(*svg, HasSubstr("</svg>"));
  }
  EXPECT_THAT(Draw(plots[0], "folder/plot.PNG").value(), StartsWith("\x89PNG"));
  EXPECT_THAT(Draw(plots[0], "plot.pdf").value(), StartsWith("%PDF"));
  EXPECT_THAT(Draw(plots[0], "plot.gp").value(), HasSubstr("set output \"plot.svg\""));
}

TEST(Plots, WhatCannotBeDrawnIsAnError) {
  EXPECT_THAT(std::string(Draw({}, "plot.jpg").status().message()),
              HasSubstr("must end with .svg"));
  const absl::StatusOr<std::string> wrong = Draw({.commands = "plot nonsense(\n"}, "plot.svg");
  EXPECT_THAT(std::string(wrong.status().message()), StartsWith("gnuplot failed: "));
}

TEST(Plots, TextsAreQuotedForGnuplot) {
  EXPECT_EQ(Quoted("a\"b\\c\nd"), R"("a\"b\\c d")");
  EXPECT_EQ(Quoted("`touch x`"), "\"'touch x'\"") << "gnuplot would run it";
}

}  // namespace
}  // namespace pathsweep

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace pathsweep {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(CliTest, TableShowsIntervalsSolvedSharesAndChance) {
  EXPECT_EQ(Run({"table", "demo", "--rows", "lr", "--cols", "objective"}).out,
            "demo: exact_match, mean over seeds and share solved, with 95 % intervals; chance of "
            "exact_match 1/degree = 0.5\n\n"
            "lr     objective=standard                         objective=reverse\n"
            "0.001  0.75 [0.2, 1]  solved 1/2 [0.0945, 0.905]  "
            "1 (one seed, no interval)  solved 0/1 [0, 0.793]  1 failed\n"
            "0.01   2 unfinished                               -\n");
}

TEST_F(CliTest, CurvesHaveARowForEachStep) {
  EXPECT_EQ(Run({"curves", "demo"}).out,
            "demo: exact_match by step, mean over trials with 95 % intervals; trials that ended "
            "before count with their last value\n\n"
            "objective  step  exact_match    trials  ended before\n"
            "standard   100   0.5            1       0\n"
            "standard   200   0.75 [0.2, 1]  2       1\n");
  EXPECT_EQ(Run({"curves", "demo", "--output", "csv"}).out,
            "objective,step,metric,value,low,high,n,carried\n"
            "standard,100,exact_match,0.5,,,1,0\n"
            "standard,200,exact_match,0.75,0.2,1.0,2,1\n");
  const json curves = json::parse(Run({"curves", "demo", "--output", "json"}).out);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0]["parameters"], json({{"objective", "standard"}}));
  EXPECT_EQ(curves[0]["points"][0], json({{"step", 100},
                                          {"value", 0.5},
                                          {"low", nullptr},
                                          {"high", nullptr},
                                          {"n", 1},
                                          {"carried", 0}}));
}

TEST_F(CliTest, CurvesAreAskedByGroupsOfAPart) {
  const Output output = Run({"curves", "demo", "--by", "objective,lr", "--metric", "loss",
                             "--where", "depth=4,objective=standard"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(service_.curves_request.by(), ElementsAre("objective", "lr"));
  EXPECT_EQ(service_.curves_request.metric(), "loss");
  ASSERT_EQ(service_.curves_request.where_size(), 2);
  EXPECT_EQ(service_.curves_request.where(0).parameter(), "depth");
  EXPECT_EQ(service_.curves_request.where(0).values(0).integer(), 4);
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"depth", "`depth` says no value; write NAME=VALUE"},
      {"dept=4", "did you mean `depth`?"},
      {"objective=standart", "objective"}};
  for (const auto& [where, reason] : wrong) {
    const Output refused = Run({"curves", "demo", "--where", where});
    EXPECT_EQ(refused.code, 2) << where;
    EXPECT_THAT(refused.err, HasSubstr(reason));
  }
}

TEST_F(CliTest, CompareShowsEachPairAndWhatTheySayTogether) {
  EXPECT_EQ(
      Run({"compare", "demo", "objective=reverse", "objective=standard"}).out,
      "demo: exact_match of objective=reverse less that of objective=standard, config by config "
      "and seed by seed, with 95 % intervals\n"
      "2 pairs of configs: the mean of objective=reverse is ahead in 2 (share 1 [0.158, 1]), that "
      "of "
      "objective=standard in 0\n"
      "mean difference over pairs 0.375, p = 0.5 (Wilcoxon's signed ranks)\n\n"
      "lr     difference        seeds          q     better (q ≤ 0.05)\n"
      "0.001  0.5 [0.25, 0.75]  3              0.01  objective=reverse\n"
      "0.01   0.25              1 (2 missing)  -     undecided\n");
  EXPECT_EQ(service_.comparison_request.first(0).values(0).choice(), "reverse");
  EXPECT_EQ(service_.comparison_request.second(0).values(0).choice(), "standard");
  EXPECT_EQ(Run({"compare", "demo", "lr=1e-3", "lr=3e-3", "--output", "csv"}).out,
            "lr,difference,low,high,seeds,missing,q,better\n"
            "0.001,0.5,0.25,0.75,3,0,0.01,first\n"
            "0.01,0.25,,,1,2,,\n");
  const json found =
      json::parse(Run({"compare", "demo", "lr=1e-3", "lr=3e-3", "--output", "json"}).out);
  EXPECT_EQ(found["first"], json({{"objective", "reverse"}}));
  EXPECT_EQ(found["share"], json({{"value", 1.0}, {"low", 0.158}, {"high", 1.0}}));
  EXPECT_EQ(found["pairs"][0]["better"], "first");
  EXPECT_EQ(found["pairs"][1]["q"], nullptr);
}

TEST_F(CliTest, CompareRefusesWhatIsNoSide) {
  EXPECT_EQ(Run({"compare", "demo", "objective=reverse"}).code, 2);
  const Output misspelt = Run({"compare", "demo", "objectiv=reverse", "objective=standard"});
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean `objective`?"));
  EXPECT_THAT(Run({"compare", "demo", "reverse", "standard"}).err, HasSubstr("write NAME=VALUE"));
  EXPECT_THAT(Run({"compare", "demo", "", "lr=1e-3"}).err, HasSubstr("write NAME=VALUE"));
}

TEST_F(CliTest, ExportHasARecordForEachTrialOfAllPages) {
  const std::string file = absl::StrCat(file_, ".export");
  const auto text = [&] {
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_EQ(Run({"export", "demo", "--format", "csv", "-o", file}).out,
            absl::StrCat(file, ": 2 trials\n"));
  EXPECT_EQ(text(),
            "trial,state,reason,seed,last_step,lr,exact_match\n"
            "1,succeeded,completed,7,0,0.001,0.5\n"
            "2,succeeded,completed,7,0,0.003,0.5\n");
  EXPECT_EQ(Run({"export", "demo", "--format", "json", "-o", file, "--output", "json"}).out,
            absl::StrCat("{\"file\":\"", file, "\",\"trials\":2}\n"));
  const json records = json::parse(text());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1], json({{"trial", 2},
                              {"state", "succeeded"},
                              {"reason", "completed"},
                              {"seed", 7},
                              {"last_step", 0},
                              {"parameters", {{"lr", 0.003}}},
                              {"metrics", {{"exact_match", 0.5}}}}));
  std::filesystem::remove(file);
}

TEST_F(CliTest, ExportThatFailsLeavesNoFile) {
  const std::string file = absl::StrCat(file_, ".export");
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const Output parquet = Run({"export", "demo", "--format", "parquet", "-o", file});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(parquet.code, 1);
  EXPECT_THAT(parquet.err, HasSubstr("duckdb is not in PATH"));
  EXPECT_EQ(Run({"export", "demo", "--format", "xml", "-o", file}).code, 2);
  EXPECT_EQ(Run({"export", "demo", "--format", "csv", "-o", file}, /*interrupted=*/true).code, 130);
  EXPECT_THAT(Run({"export", "demo", "--format", "csv", "-o", "/nonexistent/x"}).err,
              HasSubstr("name a file in a folder that can be written"));
  EXPECT_THAT(Run({"export", "demo", "--format", "csv", "-o", "/tmp"}).err,
              HasSubstr("`/tmp` is not a file"));
  EXPECT_THAT(Run({"export", "demo", "--format", "optuna", "--metric", "los", "-o", file}).err,
              HasSubstr("no trial of the sweep measured `los`"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(CliTest, ReportIsOneFileOrNone) {
  const std::string file = absl::StrCat(file_, ".html");
  service_.environments_end = {grpc::StatusCode::UNIMPLEMENTED, "an old coordinator"};
  EXPECT_EQ(Run({"report", "demo", "-o", file}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(file));
  service_.environments_end = grpc::Status::OK;
  EXPECT_EQ(Run({"report", "nowhere", "-o", file}).code, 4);
  const Output output = Run({"report", "demo", "-o", file});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith(absl::StrCat(file, ": ")));
  std::ifstream stream(file);
  const std::string page(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(page, HasSubstr("<h1>Sweep demo</h1>"));
  EXPECT_THAT(page, HasSubstr("cannot be said: no parameter varies"));
  std::filesystem::remove(file);
}

TEST_F(CliTest, TableAsJsonIsAListOfCells) {
  const json cells = json::parse(Run({"table", "demo", "--output", "json"}).out);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells[0], json({{"parameters", {{"lr", 1e-3}, {"objective", "standard"}}},
                            {"metric", "exact_match"},
                            {"statistic", "mean"},
                            {"value", 0.75},
                            {"low", 0.2},
                            {"high", 1.0},
                            {"n", 2},
                            {"configs", 1},
                            {"seeds", 2},
                            {"results", 2},
                            {"solved", 0.5},
                            {"solved_low", 0.0945},
                            {"solved_high", 0.905},
                            {"best_trial", 7},
                            {"unfinished", 0},
                            {"failed", 0},
                            {"stopped", 0},
                            {"diverged", 0}}));
  EXPECT_TRUE(cells[1]["low"].is_null());
  EXPECT_TRUE(cells[2]["value"].is_null());
}

TEST_F(CliTest, TableAsCsvHasARecordPerCell) {
  EXPECT_THAT(
      Run({"table", "demo", "--output", "csv"}).out,
      StartsWith("lr,objective,metric,statistic,value,low,high,n,configs,seeds,results,solved,"
                 "solved_low,solved_high,best_trial,unfinished,failed,stopped,diverged\n"
                 "0.001,standard,exact_match,mean,0.75,0.2,1.0,2,1,2,2,0.5,0.0945,0.905,7,"
                 "0,0,0,0\n"));
}

TEST_F(CliTest, TableAsMarkdownAndLatexIsThePivot) {
  EXPECT_THAT(Run({"table", "demo", "--output", "markdown"}).out,
              AllOf(HasSubstr("| lr | objective=standard | objective=reverse |"),
                    HasSubstr("| 0.001 | 0.75 [0.2, 1]  solved 1/2")));
  EXPECT_THAT(Run({"table", "demo", "--output", "latex"}).out,
              AllOf(HasSubstr("\\toprule"), HasSubstr("\\bottomrule")));
}

TEST_F(CliTest, TableTakesSeveralRowsAndColumns) {
  Run({"table", "demo", "--rows", "lr,seed", "--cols", "objective,depth"});
  EXPECT_THAT(service_.table_request.rows(), ElementsAre("lr", "seed"));
  EXPECT_THAT(service_.table_request.columns(), ElementsAre("objective", "depth"));
}

TEST_F(CliTest, ImportanceHasARecordForEachEffect) {
  EXPECT_THAT(Run({"importance", "demo"}).out, HasSubstr("no parameter varies"));
  v1::Effect& effect = *service_.importance.mutable_effects()->add_all();
  effect.add_parameters("lr");
  effect.add_parameters("depth");
  effect.mutable_share()->set_value(0.5);
  effect.mutable_share()->set_low(0.25);
  effect.mutable_share()->set_high(0.75);
  effect.set_noise_floor(0.125);
  service_.importance.mutable_effects()->clear_none();
  EXPECT_EQ(Run({"importance", "demo", "--output", "csv"}).out,
            "parameters,share,low,high,noise_floor\nlr × depth,0.5,0.25,0.75,0.125\n");
  EXPECT_THAT(Run({"importance", "demo"}).out, HasSubstr("lr × depth  0.5 [0.25, 0.75]"));
}

TEST_F(CliTest, TableAsksForAStatisticWithAnInterval) {
  const Output median = Run({"table", "demo", "--statistic", "median", "--interval", "bootstrap"});
  EXPECT_EQ(service_.table_request.statistic(), v1::STATISTIC_MEDIAN);
  EXPECT_EQ(service_.table_request.interval(), v1::INTERVAL_METHOD_BOOTSTRAP);
  EXPECT_THAT(
      median.out,
      StartsWith("demo: exact_match, median and share solved, with 95 % bootstrap intervals"));
  EXPECT_THAT(Run({"table", "demo", "--statistic", "solved"}).out,
              HasSubstr("\n0.001  solved 1/2 [0.2, 1]"));
  const Output wrong = Run({"table", "demo", "--statistic", "men"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err,
              HasSubstr("--statistic must be mean, median, iqm, best, solved or steps, not `men`"));
}

TEST_F(CliTest, BestAsksForTheBestConfigsAndNamesATrialOfEach) {
  const Output best = Run({"best", "demo", "--top", "3"});
  EXPECT_TRUE(service_.table_request.best_first());
  EXPECT_EQ(service_.table_request.limit(), 3);
  EXPECT_THAT(service_.table_request.rows(), ElementsAre("lr"));
  EXPECT_THAT(best.out, StartsWith("demo: best configs by exact_match, mean over seeds"));
  EXPECT_THAT(best.out, HasSubstr("best trial\n"));
  EXPECT_EQ(Run({"best", "demo", "--top", "0"}).code, 2);
}

}  // namespace
}  // namespace pathsweep

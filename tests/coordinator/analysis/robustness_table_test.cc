#include "coordinator/analysis/robustness_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Two learning rates with two objectives each: config 0 is 3e-3 standard, 1 reverse, 2 and 3 the
// same of 1e-3.
class RobustnessTableTest : public testing::Test {
 protected:
  static Grid SmallGrid() {
    Grid grid;
    grid.axes = {{"lr", {3e-3, 1e-3}},
                 {"objective", {std::string("standard"), std::string("reverse")}}};
    return grid;
  }

  void Result(size_t config, int64_t seed, double value) {
    const auto id = static_cast<int64_t>(100 + trials_.size());
    trials_.push_back({id, config, seed, TableTrial::Status::kResult, value, value >= 0.99});
  }
  void Other(size_t config, int64_t seed, TableTrial::Status status) {
    trials_.push_back({0, config, seed, status, std::nullopt, false});
  }
  RobustnessTable Make(TableQuestion question) const {
    if (question.metric.empty()) question.metric = "exact_match";
    return MakeTable(question, configs_, trials_).value();
  }
  absl::Status Refuse(const TableQuestion& question) const {
    return MakeTable(question, configs_, trials_).status();
  }

  const std::vector<Grid> grids_ = {SmallGrid()};
  const ConfigColumns configs_{grids_};
  std::vector<TableTrial> trials_;
};

TEST_F(RobustnessTableTest, GroupsByRowsAndColumnsInTheOrderOfTheSweep) {
  for (size_t config : {0, 1, 2, 3}) Result(config, 1, config % 2 == 0 ? 0.5 : 1);
  Result(0, 2, 0.7);
  const RobustnessTable table = Make({.rows = {"lr"}, .columns = {"objective"}});
  ASSERT_THAT(table.cells, SizeIs(4));
  EXPECT_THAT(table.cells[0].key,
              ElementsAre(ParameterValue(3e-3), ParameterValue(std::string("standard"))));
  EXPECT_THAT(table.cells[3].key,
              ElementsAre(ParameterValue(1e-3), ParameterValue(std::string("reverse"))));
  EXPECT_EQ(table.cells[0].n, 2);
  EXPECT_DOUBLE_EQ(table.cells[0].metric->value, 0.6);
  EXPECT_TRUE(table.cells[0].metric->low.has_value());
  EXPECT_EQ(table.cells[0].best_trial, 104);
  EXPECT_FALSE(table.cells[1].metric->low.has_value());
  EXPECT_EQ(table.cells[1].solved, 1);
  EXPECT_THAT(table.chance, ElementsAre(0.5));
}

TEST_F(RobustnessTableTest, CountsWhatHasNoResultBesideTheResults) {
  Result(0, 1, 0.5);
  Other(0, 2, TableTrial::Status::kFailed);
  Other(0, 3, TableTrial::Status::kUnfinished);
  Other(0, 4, TableTrial::Status::kResult);  // diverged before it measured anything
  const RobustnessTable table = Make({});
  ASSERT_THAT(table.cells, SizeIs(1));
  EXPECT_EQ(table.cells[0].n, 1);
  EXPECT_EQ(table.cells[0].results, 2);
  EXPECT_EQ(table.cells[0].solved_share->value, 0);
  EXPECT_EQ(table.cells[0].failed, 1);
  EXPECT_EQ(table.cells[0].unfinished, 1);
  EXPECT_EQ(table.cells[0].stopped, 0);
}

TEST_F(RobustnessTableTest, SaysHowManyWereStoppedEarlyAndDiverged) {
  Result(0, 1, 0.5);
  trials_.back().diverged = true;
  Result(0, 2, 0.1);
  trials_.back().stopped = true;
  const RobustnessTable table = Make({});
  EXPECT_EQ(table.cells[0].results, 2);
  EXPECT_EQ(table.cells[0].stopped, 1);
  EXPECT_EQ(table.cells[0].diverged, 1);
}

TEST_F(RobustnessTableTest, EveryTrialMayHaveNoValue) {
  for (int64_t seed : {1, 2, 3}) Other(0, seed, TableTrial::Status::kResult);
  for (Statistic statistic : {Statistic::kMean, Statistic::kMedian, Statistic::kBest}) {
    const RobustnessTable table = Make({.statistic = statistic});
    EXPECT_FALSE(table.cells[0].metric.has_value());
    EXPECT_FALSE(table.cells[0].best_trial.has_value());
    EXPECT_EQ(table.cells[0].results, 3);
  }
  EXPECT_EQ(Make({.statistic = Statistic::kSolved}).cells[0].metric->value, 0);
}

TEST_F(RobustnessTableTest, SaysOverHowManyConfigsACellAverages) {
  Result(0, 1, 0.5);
  Result(2, 1, 0.5);
  const RobustnessTable table = Make({.rows = {"objective"}});
  EXPECT_EQ(table.cells[0].configs, 2);
  EXPECT_EQ(table.cells[0].n, 2);
  EXPECT_EQ(table.cells[0].seeds, 1);
  EXPECT_FALSE(table.cells[0].metric->low.has_value()) << "an interval that rests on one seed";
}

TEST_F(RobustnessTableTest, SeedMayStandAnywhereAndAnEmptyCellHasNoEstimate) {
  Result(1, 1, 1);
  Result(3, 2, 0.5);
  Other(1, 2, TableTrial::Status::kUnfinished);
  const RobustnessTable table = Make({.rows = {"lr", "seed"}, .columns = {"objective"}});
  ASSERT_THAT(table.cells, SizeIs(3));
  EXPECT_THAT(table.cells[1].key, ElementsAre(ParameterValue(3e-3), ParameterValue(int64_t{2}),
                                              ParameterValue(std::string("reverse"))));
  EXPECT_FALSE(table.cells[1].metric.has_value());
  EXPECT_FALSE(table.cells[1].solved_share.has_value());
  EXPECT_EQ(table.cells[2].metric->value, 0.5);
}

TEST_F(RobustnessTableTest, HasTheStatisticThatIsAskedFor) {
  for (double value : {0.1, 0.2, 0.4, 1.0}) Result(0, static_cast<int64_t>(value * 10), value);
  EXPECT_DOUBLE_EQ(Make({.statistic = Statistic::kMedian}).cells[0].metric->value, 0.3);
  EXPECT_DOUBLE_EQ(Make({.statistic = Statistic::kInterquartileMean}).cells[0].metric->value, 0.3);
  EXPECT_EQ(Make({.statistic = Statistic::kBest}).cells[0].metric->value, 1);
  const TableCell solved = Make({.statistic = Statistic::kSolved}).cells[0];
  EXPECT_EQ(solved.metric->value, 0.25);
  EXPECT_DOUBLE_EQ(*solved.metric->high, *WilsonInterval(1, 4).high);
  const TableCell loss = Make({.metric = "test_loss", .statistic = Statistic::kBest}).cells[0];
  EXPECT_EQ(loss.metric->value, 0.1);
  EXPECT_EQ(loss.best_trial, 100);
}

TEST_F(RobustnessTableTest, BestFirstLeavesCellsWithoutAValueForTheEnd) {
  Result(0, 1, 0.5);
  Other(1, 1, TableTrial::Status::kUnfinished);
  Result(2, 1, 0.9);
  Result(3, 1, 0.1);
  const std::vector<std::string> rows = {"lr", "objective"};
  const auto trials = [](const RobustnessTable& table) {
    std::vector<int64_t> best;
    for (const TableCell& cell : table.cells) best.push_back(cell.best_trial.value_or(0));
    return best;
  };
  EXPECT_THAT(trials(Make({.rows = rows, .best_first = true})), ElementsAre(102, 100, 103, 0));
  EXPECT_THAT(trials(Make({.rows = rows, .best_first = true, .limit = 2})), ElementsAre(102, 100));
  EXPECT_THAT(trials(Make({.rows = rows, .metric = "test_loss", .best_first = true})),
              ElementsAre(103, 100, 102, 0));
}

TEST_F(RobustnessTableTest, ManyRowsAreStillCells) {
  for (size_t config : {0, 1, 2, 3}) Result(config, 1, 0.5);
  std::vector<std::string> rows;
  for (const ParameterSpec& spec : TrialParameterTable()) rows.emplace_back(spec.name);
  EXPECT_THAT(Make({.rows = rows}).cells, SizeIs(4));
  trials_.clear();
  EXPECT_THAT(Make({.rows = rows}).cells, IsEmpty());
}

TEST_F(RobustnessTableTest, WhatCannotBeAskedIsAnError) {
  EXPECT_THAT(std::string(Refuse({.rows = {"detph"}}).message()),
              HasSubstr("did you mean `depth`?"));
  EXPECT_THAT(std::string(Refuse({.rows = {"lr"}, .columns = {"lr"}}).message()),
              HasSubstr("`lr` stands twice"));
  EXPECT_THAT(std::string(Refuse({.interval = IntervalMethod::kWilson}).message()),
              HasSubstr("it has t, bootstrap or none"));
  EXPECT_THAT(
      std::string(Refuse({.statistic = Statistic::kBest, .interval = IntervalMethod::kBootstrap})
                      .message()),
      HasSubstr("it has none"));
  trials_.resize(100'001);
  EXPECT_THAT(std::string(Refuse({.interval = IntervalMethod::kBootstrap}).message()),
              HasSubstr("takes too long"));
}

}  // namespace
}  // namespace pathsweep

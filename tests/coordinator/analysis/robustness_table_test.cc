#include "coordinator/analysis/robustness_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TableTrial Result(const std::string& objective, double lr, int64_t seed, double value) {
  TableTrial trial;
  trial.parameters.objective = objective;
  trial.parameters.lr = lr;
  trial.seed = seed;
  trial.config = static_cast<int64_t>(lr * 1e4);
  trial.status = TableTrial::Status::kResult;
  trial.value = value;
  trial.solved = value >= 0.99;
  return trial;
}

RobustnessTable Make(const TableQuestion& question, const std::vector<TableTrial>& trials) {
  TableMaker maker = TableMaker::For(question).value();
  for (const TableTrial& trial : trials) maker.Add(trial);
  return maker.Finish();
}

TEST(RobustnessTable, GroupsByRowsAndColumnsInOrderOfFirstAppearance) {
  const RobustnessTable table =
      Make({{"lr"}, {"objective"}, "exact_match"},
           {Result("standard", 3e-3, 1, 0.5), Result("reverse", 3e-3, 1, 1),
            Result("standard", 1e-3, 1, 0.4), Result("reverse", 1e-3, 1, 1),
            Result("standard", 3e-3, 2, 0.7)});
  ASSERT_THAT(table.cells, SizeIs(4));
  EXPECT_THAT(table.cells[0].key,
              ElementsAre(ParameterValue(3e-3), ParameterValue(std::string("standard"))));
  EXPECT_THAT(table.cells[3].key,
              ElementsAre(ParameterValue(1e-3), ParameterValue(std::string("reverse"))));
  EXPECT_EQ(table.cells[0].n, 2);
  EXPECT_DOUBLE_EQ(table.cells[0].metric->value, 0.6);
  EXPECT_TRUE(table.cells[0].metric->low.has_value());
  EXPECT_FALSE(table.cells[1].metric->low.has_value());
  EXPECT_EQ(table.cells[1].solved, 1);
  EXPECT_THAT(table.chance, ElementsAre(0.5));
}

TEST(RobustnessTable, CountsWhatHasNoResultBesideTheResults) {
  TableTrial failed = Result("standard", 1e-3, 2, 0);
  failed.status = TableTrial::Status::kFailed;
  TableTrial running = Result("standard", 1e-3, 3, 0.9);
  running.status = TableTrial::Status::kUnfinished;
  TableTrial unmeasured = Result("standard", 1e-3, 4, 0);
  unmeasured.value.reset();
  const RobustnessTable table = Make(
      {{}, {}, "exact_match"}, {Result("standard", 1e-3, 1, 0.5), failed, running, unmeasured});
  ASSERT_THAT(table.cells, SizeIs(1));
  EXPECT_EQ(table.cells[0].n, 1);
  EXPECT_EQ(table.cells[0].failed, 1);
  EXPECT_EQ(table.cells[0].unfinished, 1);
}

TEST(RobustnessTable, SaysOverHowManyConfigsACellAverages) {
  const RobustnessTable table =
      Make({{"objective"}, {}, "exact_match"},
           {Result("standard", 1e-3, 1, 0.5), Result("standard", 3e-3, 1, 0.5)});
  EXPECT_EQ(table.cells[0].configs, 2);
  EXPECT_EQ(table.cells[0].n, 2);
  EXPECT_EQ(table.cells[0].seeds, 1);
  EXPECT_FALSE(table.cells[0].metric->low.has_value()) << "an interval that rests on one seed";
}

TEST(RobustnessTable, SeedMayBeARowAndAnEmptyCellHasNoEstimate) {
  TableTrial pending = Result("reverse", 1e-3, 2, 0);
  pending.status = TableTrial::Status::kUnfinished;
  const RobustnessTable table =
      Make({{"seed"}, {}, "exact_match"}, {Result("reverse", 1e-3, 1, 1), pending});
  ASSERT_THAT(table.cells, SizeIs(2));
  EXPECT_EQ(table.cells[1].key[0], ParameterValue(int64_t{2}));
  EXPECT_FALSE(table.cells[1].metric.has_value());
  EXPECT_FALSE(table.cells[1].solved_share.has_value());
}

TEST(RobustnessTable, UnknownAndRepeatedNamesAreErrors) {
  EXPECT_THAT(std::string(TableMaker::For({{"detph"}, {}, "x"}).status().message()),
              HasSubstr("did you mean `depth`?"));
  EXPECT_THAT(std::string(TableMaker::For({{"lr"}, {"lr"}, "x"}).status().message()),
              HasSubstr("`lr` stands twice"));
}

}  // namespace
}  // namespace pathsweep

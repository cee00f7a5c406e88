// Training rows as the batches of the CPU and of the GPU have them, against examples drawn and
// written one by one.
#include "worker/task/training_example.h"

#include <gtest/gtest.h>

#include <vector>

namespace pathsweep {
namespace {

struct Row {
  std::vector<int64_t> inputs, targets;
  bool operator==(const Row&) const = default;
};

Row RowAt(const TrainingTask& task, uint64_t position) {
  Row row{std::vector<int64_t>(task.shape.InputLength()), std::vector<int64_t>(task.shape.length)};
  std::vector<int32_t> scratch(task.Scratch());
  WriteTrainingExample(task, position, scratch.data(), row.inputs.data(), row.targets.data());
  return row;
}

Row RowOf(const TrainingTask& task, const Example& example) {
  Row row{EncodePrefix(task.shape, example), std::vector<int64_t>(task.shape.length)};
  std::vector<int64_t> tail(task.shape.length - 1);
  WriteTarget(task.objective, task.shape, example.path.data(), row.targets.data());
  WriteTail(task.objective, task.shape, row.targets.data(), tail.data());
  row.inputs.insert(row.inputs.end(), tail.begin(), tail.end());
  return row;
}

TEST(WriteTrainingExample, IsTheExampleOfItsGraph) {
  for (const Objective objective :
       {Objective::kStandard, Objective::kReverse, Objective::kTeacherless}) {
    TrainingTask task{{.degree = 3, .length = 4, .nodes = 20}, objective, /*seed=*/7};
    task.shape.edge_direction = EdgeDirection::kMixed;
    task.shape.query_first = objective == Objective::kReverse;
    for (uint64_t position : {uint64_t{0}, uint64_t{5}, uint64_t{1} << 40}) {
      const Example example = DrawExample(task.shape, 7, Stream::kTrainGraphs, position);
      EXPECT_EQ(RowAt(task, position), RowOf(task, example));
    }
  }
}

TEST(WriteTrainingExample, DrawsFromTheTrainingSet) {
  const TrainingTask task{{.degree = 2, .length = 3, .nodes = 9}, Objective::kStandard, 7, 10};
  for (uint64_t position = 0; position < 30; ++position) {
    const uint64_t graph = TrainingGraph(7, 10, position);
    EXPECT_EQ(RowAt(task, position),
              RowOf(task, DrawExample(task.shape, 7, Stream::kTrainGraphs, graph)));
  }
}

TEST(WriteTrainingExample, ShowsEachGoalOfAGraphInTurn) {
  const TrainingTask task{{.degree = 3, .length = 3, .nodes = 9}, Objective::kMultiTarget, 7, 10};
  for (uint64_t position = 0; position < 30; ++position) {
    const Example example =
        DrawExample(task.shape, 7, Stream::kTrainGraphs, TrainingGraph(7, 10, position / 3),
                    static_cast<int32_t>(position % 3));
    EXPECT_EQ(RowAt(task, position), RowOf(task, example));
  }
}

}  // namespace
}  // namespace pathsweep

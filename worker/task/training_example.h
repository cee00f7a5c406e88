// A row of a training batch, drawn and written in one go, on the CPU or a GPU: bit for bit the
// same.
//
//   TrainingTask task{shape, objective, seed, train_samples};
//   WriteTrainingExample(task, position, scratch, inputs, targets);
//
// Pure; thread safe.
#pragma once

#include <cstdint>

#include "base/philox.h"
#include "worker/task/objective.h"
#include "worker/task/path_star.h"
#include "worker/task/sample_order.h"

namespace pathsweep {

// What a trial's training examples are made from.
struct TrainingTask {
  TaskShape shape;
  Objective objective = Objective::kStandard;
  uint64_t seed = 0;
  uint64_t train_samples = 0;  // 0: fresh ones for ever

  // Numbers of scratch space for one example.
  PATHSWEEP_HOST_DEVICE int32_t Scratch() const {
    return shape.nodes + 3 * shape.Edges() + shape.length;
  }
};

// Writes the `position`-th example of the training, counted from its beginning: inputs
// [InputLength()] and targets [length]. `scratch` is Scratch() numbers.
PATHSWEEP_HOST_DEVICE inline void WriteTrainingExample(const TrainingTask& task, uint64_t position,
                                                       int32_t* scratch, int64_t* inputs,
                                                       int64_t* targets) {
  const TaskShape& shape = task.shape;
  const auto goals = static_cast<uint64_t>(GoalsPerGraph(task.objective, shape));
  const uint64_t graph = TrainingGraph(task.seed, task.train_samples, position / goals);
  const int32_t goal = goals == 1 ? kDrawnGoal : static_cast<int32_t>(position % goals);
  int32_t* labels = scratch;
  int32_t* order = labels + shape.nodes;
  int32_t* edges = order + shape.Edges();
  int32_t* path = edges + 2 * shape.Edges();
  DrawExample(shape, PhiloxStream(task.seed, static_cast<uint32_t>(Stream::kTrainGraphs), graph),
              goal, labels, order, edges, path);
  EncodePrefix(shape, edges, path[0], path[shape.length - 1], inputs);
  WriteTarget(task.objective, shape, path, targets);
  WriteTail(task.objective, shape, targets, inputs + shape.PrefixLength());
}

}  // namespace pathsweep

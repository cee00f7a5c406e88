// Weights and inputs of a trial, for the tests of models.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "worker/task/task_shape.h"
#include "worker/train/batch.h"
#include "worker/train/model.h"

namespace pathsweep {

inline torch::Tensor InitialRow(const Model& model, const TrialParameters& parameters,
                                uint64_t seed) {
  return model.layout().InitialRow(seed, parameters, torch::kCPU);
}

// Of `count` training graphs of seed 1 from `first` on: [count, T].
inline torch::Tensor Inputs(const TrialParameters& parameters, uint64_t first, int count = 4) {
  std::vector<uint64_t> indices;
  for (int i = 0; i < count; ++i) indices.push_back(first + i);
  const TaskShape task = TaskShapeOf(parameters);
  return MakeBatch(task, Objective::kStandard, DrawExamples(task, 1, Stream::kTrainGraphs, indices))
      .inputs;
}

}  // namespace pathsweep

// Examples as tensors: what a model reads and what it should say.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "worker/task/objective.h"
#include "worker/task/path_star.h"

namespace pathsweep {

struct Batch {
  torch::Tensor inputs;   // [B, T], the training input of the objective
  torch::Tensor targets;  // [B, L], in the order in which they are decoded
};

Batch MakeBatch(const TaskShape& shape, Objective objective, const std::vector<Example>& examples);

// Examples `indices` of the seed's stream.
std::vector<Example> DrawExamples(const TaskShape& shape, uint64_t seed, Stream stream,
                                  const std::vector<uint64_t>& indices);

}  // namespace pathsweep

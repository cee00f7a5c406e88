// What a model is trained to predict, and from which input (arXiv 2403.06963, sections 2
// to 4; the last two: Bengio et al. 2015; Frydenlund, arXiv 2410.13779).
//
//   standard            predicts the path, each node from the true nodes before it
//   reverse             the same from the goal back to the start
//   teacherless         predicts the path from dummies: no true node before is shown
//   scheduled_sampling  as standard, but some of the nodes shown are the model's own predictions
//   multi_target        as standard; a graph comes once for each of its goals in one batch
//
// A target of `length` tokens follows the prefix; the input ends with the tail, one token
// for each target but the last, and predicts the targets at its last `length` positions.
// Compiles for the CPU and, under nvcc, for the GPU. Pure; thread safe.
#pragma once

#include <cstdint>

#include "worker/task/path_star.h"

namespace pathsweep {

enum class Objective : uint8_t {
  kStandard,
  kReverse,
  kTeacherless,
  kScheduledSampling,
  kMultiTarget
};

// Writes the target [length] for a path [length].
PATHSWEEP_HOST_DEVICE inline void WriteTarget(Objective objective, const TaskShape& shape,
                                              const int32_t* path, int64_t* target) {
  for (int32_t i = 0; i < shape.length; ++i) {
    target[i] = path[objective == Objective::kReverse ? shape.length - 1 - i : i];
  }
}

// Writes the tail [length − 1] of the training input for a target [length], before any of it is
// replaced by the model's own predictions.
PATHSWEEP_HOST_DEVICE inline void WriteTail(Objective objective, const TaskShape& shape,
                                            const int64_t* target, int64_t* tail) {
  for (int32_t i = 0; i + 1 < shape.length; ++i) {
    tail[i] = objective == Objective::kTeacherless ? shape.DummyToken() : target[i];
  }
}

// Whether each token is decoded from the model's own tokens before it.
PATHSWEEP_HOST_DEVICE inline bool IsAutoregressive(Objective objective) {
  return objective != Objective::kTeacherless;
}

// Training examples that show the same graph, one after another.
PATHSWEEP_HOST_DEVICE inline int32_t GoalsPerGraph(Objective objective, const TaskShape& shape) {
  return objective == Objective::kMultiTarget ? shape.degree : 1;
}

}  // namespace pathsweep

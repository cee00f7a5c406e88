// What a model is trained to predict, and from which input (arXiv 2403.06963, sections 2
// to 4).
//
//   standard     predicts the path, each node from the true nodes before it
//   reverse      the same from the goal back to the start
//   teacherless  predicts the path from dummies: no true node before is shown
//
// A target of `length` tokens follows the prefix; the input ends with the tail, one token
// for each target but the last, and predicts the targets at its last `length` positions.
// Pure; thread safe.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/task/path_star.h"

namespace pathsweep {

enum class Objective { kStandard, kReverse, kTeacherless };

// Requires one of the values of the parameter `objective`.
Objective ObjectiveFromName(absl::string_view name);

// The target [length] for a path [length].
void WriteTarget(Objective objective, absl::Span<const int32_t> path, absl::Span<int64_t> target);

// The tail [length − 1] of the training input for a target [length].
void WriteTail(Objective objective, const TaskShape& shape, absl::Span<const int64_t> target,
               absl::Span<int64_t> tail);

// Whether each token is decoded from the model's own tokens before it.
inline bool IsAutoregressive(Objective objective) { return objective != Objective::kTeacherless; }

}  // namespace pathsweep

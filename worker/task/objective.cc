#include "worker/task/objective.h"

#include <algorithm>

namespace pathsweep {

Objective ObjectiveFromName(absl::string_view name) {
  if (name == "reverse") return Objective::kReverse;
  if (name == "teacherless") return Objective::kTeacherless;
  if (name == "scheduled_sampling") return Objective::kScheduledSampling;
  if (name == "multi_target") return Objective::kMultiTarget;
  return Objective::kStandard;
}

void WriteTarget(Objective objective, absl::Span<const int32_t> path, absl::Span<int64_t> target) {
  if (objective == Objective::kReverse) {
    std::copy(path.rbegin(), path.rend(), target.begin());
  } else {
    std::copy(path.begin(), path.end(), target.begin());
  }
}

void WriteTail(Objective objective, const TaskShape& shape, absl::Span<const int64_t> target,
               absl::Span<int64_t> tail) {
  if (objective == Objective::kTeacherless) {
    std::fill(tail.begin(), tail.end(), shape.DummyToken());
  } else {
    std::copy_n(target.begin(), tail.size(), tail.begin());
  }
}

}  // namespace pathsweep

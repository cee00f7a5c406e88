#include "worker/task/task_shape.h"

#include <string>

namespace pathsweep {
namespace {

EdgeDirection DirectionOf(const TrialParameters& parameters) {
  if (parameters.edge_direction == "backward") return EdgeDirection::kBackward;
  return parameters.edge_direction == "mixed" ? EdgeDirection::kMixed : EdgeDirection::kForward;
}

}  // namespace

Objective ObjectiveOf(const TrialParameters& parameters) {
  const std::string& name = parameters.objective;
  if (name == "reverse") return Objective::kReverse;
  if (name == "teacherless") return Objective::kTeacherless;
  if (name == "scheduled_sampling") return Objective::kScheduledSampling;
  if (name == "multi_target") return Objective::kMultiTarget;
  return Objective::kStandard;
}

TaskShape TaskShapeOf(const TrialParameters& parameters) {
  return {
      .degree = static_cast<int32_t>(parameters.degree),
      .length = static_cast<int32_t>(parameters.length),
      .nodes = static_cast<int32_t>(parameters.nodes),
      .edge_order = parameters.edge_order == "sorted" ? EdgeOrder::kSorted : EdgeOrder::kShuffled,
      .edge_direction = DirectionOf(parameters),
      .query_first = parameters.query_position == "start"};
}

TrainingTask TrainingTaskOf(const TrialParameters& parameters, uint64_t seed) {
  return {TaskShapeOf(parameters), ObjectiveOf(parameters), seed,
          static_cast<uint64_t>(parameters.train_samples)};
}

}  // namespace pathsweep

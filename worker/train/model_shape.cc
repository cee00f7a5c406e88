#include "worker/train/model_shape.h"

#include <cmath>

#include "worker/task/task_shape.h"

namespace pathsweep {
namespace {

ArchitectureKind ArchitectureOf(const TrialParameters& parameters) {
  if (parameters.architecture == "mamba") return ArchitectureKind::kMamba;
  if (parameters.architecture == "lstm") return ArchitectureKind::kLstm;
  if (parameters.architecture == "gru") return ArchitectureKind::kGru;
  return ArchitectureKind::kTransformer;
}

Position PositionOf(const TrialParameters& parameters) {
  if (parameters.position == "rope") return Position::kRotary;
  if (parameters.position == "sinusoidal") return Position::kSinusoidal;
  return parameters.position == "none" ? Position::kNone : Position::kLearned;
}

AttentionKind AttentionOf(const TrialParameters& parameters) {
  if (parameters.attention == "math") return AttentionKind::kStepByStep;
  return parameters.attention == "flash" ? AttentionKind::kFlash : AttentionKind::kFastest;
}

double WidthRatioOf(const TrialParameters& parameters) {
  if (parameters.parametrization != "mup") return 1;
  return static_cast<double>(parameters.width) / static_cast<double>(parameters.mup_base_width);
}

// 1 / √(head size); for muP √(base head size) / head size (Yang et al. 2022, definition 4.1), which
// is the same where the sizes are.
double ScoreScaleOf(const TrialParameters& parameters) {
  const double size = static_cast<double>(parameters.width) / static_cast<double>(parameters.heads);
  if (parameters.parametrization != "mup") return 1 / std::sqrt(size);
  const int64_t heads =
      parameters.mup_base_heads == 0 ? parameters.heads : parameters.mup_base_heads;
  return std::sqrt(static_cast<double>(parameters.mup_base_width) / static_cast<double>(heads)) /
         size;
}

}  // namespace

ModelShape ModelShapeOf(const TrialParameters& parameters) {
  const TaskShape task = TaskShapeOf(parameters);
  return {.vocabulary = task.Vocabulary(),
          .inputs = task.InputLength(),
          .targets = task.length,
          .architecture = ArchitectureOf(parameters),
          .depth = parameters.depth,
          .width = parameters.width,
          .heads = parameters.heads,
          .position = PositionOf(parameters),
          .rms_norm = parameters.norm == "rmsnorm",
          .gated = parameters.activation == "swiglu",
          .tied = parameters.tie_embeddings,
          .width_ratio = WidthRatioOf(parameters),
          .score_scale = ScoreScaleOf(parameters),
          .attention = AttentionOf(parameters),
          .half = parameters.dtype == "bfloat16"};
}

}  // namespace pathsweep

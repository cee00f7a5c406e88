// What trials must share to be trained as one model.
#pragma once

#include <cstdint>

#include "base/trial_parameters.h"

namespace pathsweep {

enum class ArchitectureKind { kTransformer, kMamba, kLstm, kGru };
enum class AttentionKind { kFastest, kStepByStep, kFlash };
enum class Position { kLearned, kRotary, kSinusoidal, kNone };

struct ModelShape {
  int64_t vocabulary = 0;
  int64_t inputs = 0;   // T
  int64_t targets = 0;  // L
  ArchitectureKind architecture = ArchitectureKind::kTransformer;
  int64_t depth = 0;
  int64_t width = 0;
  int64_t heads = 1;
  Position position = Position::kLearned;
  bool rms_norm = false;
  bool gated = false;  // SwiGLU in place of GELU
  bool tied = false;
  double width_ratio = 1;  // of muP: width over that at which it is the standard parametrization
  double score_scale = 1;  // of the products of queries and keys
  AttentionKind attention = AttentionKind::kFastest;
  bool half = false;  // bfloat16 in matrix products
};

// Requires valid parameters.
ModelShape ModelShapeOf(const TrialParameters& parameters);

}  // namespace pathsweep

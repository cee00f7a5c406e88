#pragma once

#include <cstdint>

#include "base/trial_parameters.h"

namespace pathsweep {

// The optimizer step that a trial is to take.
struct TrialStep {
  const TrialParameters& parameters;
  uint64_t seed;
  int64_t step;  // counted from 1
};

}  // namespace pathsweep

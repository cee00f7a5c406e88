// The task of a trial.
#pragma once

#include "base/trial_parameters.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// Requires valid parameters.
TaskShape TaskShapeOf(const TrialParameters& parameters);

}  // namespace pathsweep

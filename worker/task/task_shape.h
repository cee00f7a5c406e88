// The task of a trial, from its parameters.
#pragma once

#include "base/trial_parameters.h"
#include "worker/task/objective.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// Both require valid parameters.
Objective ObjectiveOf(const TrialParameters& parameters);
TaskShape TaskShapeOf(const TrialParameters& parameters);

}  // namespace pathsweep

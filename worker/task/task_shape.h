// The task of a trial, from its parameters.
#pragma once

#include <cstdint>

#include "base/trial_parameters.h"
#include "worker/task/objective.h"
#include "worker/task/path_star.h"
#include "worker/task/training_example.h"

namespace pathsweep {

// All require valid parameters.
Objective ObjectiveOf(const TrialParameters& parameters);
TaskShape TaskShapeOf(const TrialParameters& parameters);
TrainingTask TrainingTaskOf(const TrialParameters& parameters, uint64_t seed);

}  // namespace pathsweep

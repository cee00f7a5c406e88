// Which trials can be trained as one model.
#pragma once

#include <string>

#include "base/trial_parameters.h"

namespace pathsweep {

// Trials of equal keys differ only in what each may have for itself in a model that several
// train as one: objective, optimization, evaluation and initial values. Everything else, a
// parameter that is added later too, is part of the key.
std::string ShapeKey(const TrialParameters& parameters);

}  // namespace pathsweep

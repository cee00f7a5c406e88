// Asynchronous successive halving of configs (Li et al. 2020): at each rung the best 1/eta go on.
#pragma once

#include <cstdint>

#include "absl/types/span.h"
#include "coordinator/domain/early_stopping.h"
#include "coordinator/domain/steering.h"
#include "coordinator/early_stopping/progress.h"

namespace pathsweep {

struct Halving {
  HyperbandRule rule;
  bool maximize = true;
  // Every trial is paused or has ended, and none will be added: who is not promoted now never is.
  bool last = false;
};

// A config is compared at a rung once all its trials are there, by their mean, with those that are
// too. If trials pause, those of the best that wait are promoted; at last the best one at least,
// and if there is nobody to promote the others end. If they do not, those of a config end that is
// not among the best at the last rung that it has passed, where others are.
Steering Halve(const Halving& halving, absl::Span<const ConfigProgress> configs);

}  // namespace pathsweep

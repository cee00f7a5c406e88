// Which worker gets which trial.
//
// Trials that lost an attempt go first, then sweeps in order of submission, each in
// order of trial number. Every connected worker is filled up to its slots.
#pragma once

#include "absl/time/time.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// An AttemptLeased for every free slot, as long as trials wait.
Events ScheduleLeases(const State& state, absl::Time now, const LeasePolicy& policy);

}  // namespace pathsweep

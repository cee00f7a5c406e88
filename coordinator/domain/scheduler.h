// Which worker gets which trial.
//
// A free slot goes to the sweep of the highest priority; among equals to the one that runs the
// fewest trials, and then to the oldest. Within a sweep, trials that lost an attempt go first,
// then the others in order of number. Paused sweeps and those at their max_parallel get
// nothing. Every connected worker is filled up to its slots, but for those in quarantine
// (quarantine.h) and for trials that crashed on it a moment ago, if another worker is there.
//
// Which worker gets the trial whose turn it is: of those that train several of one shape as one
// model, one that trains its shape or nothing. Among these, as long as more trials wait than
// there are places, the one that has most of its shape, so that trials that can be fused meet;
// else the one with the fewest trials, so that no worker stays empty for it.
#pragma once

#include "absl/time/time.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// An AttemptLeased for every free slot, as long as trials wait.
Events ScheduleLeases(const State& state, absl::Time now, const LeasePolicy& policy);

}  // namespace pathsweep

// What holds of a coordinator's state after every drain, reckoned from the state alone.
//
// A break ends the process (require.h). Pure; thread safe.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// The state after a drain at `now`.
void CheckState(const State& state, absl::Time now);

// The stored state is that in memory, less who is connected.
void CheckStored(const State& stored, const State& memory);

// A directive that the state has just given to the worker.
void CheckDirective(const Directive& directive, const State& state, const std::string& worker);

}  // namespace pathsweep

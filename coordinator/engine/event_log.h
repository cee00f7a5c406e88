// The coordinator's log: a line for each change of a sweep or a worker, none for single trials.
#pragma once

#include "absl/types/span.h"
#include "coordinator/domain/event.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// `state` is that after the events. Thread safe.
void LogChanges(absl::Span<const Event> events, const State& state);

}  // namespace pathsweep

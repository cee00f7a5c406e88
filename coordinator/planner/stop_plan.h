// Which trials of a sweep end early or go past a rung, by its rules of early stopping. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/domain/steering.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/planner/sweep_curves.h"

namespace pathsweep {

// Requires rules. What concerns trials that have ended says nothing. Errors are those of `read`.
absl::StatusOr<Steering> PlanStops(const Sweep& sweep, const ReadCurves& read);

}  // namespace pathsweep

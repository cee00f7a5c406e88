// Which trials of a sweep end early or go past a rung, by its rules of early stopping. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/domain/steering.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {

// Of the sweep's trials that have rows, in order of id.
using ReadCurves =
    std::function<absl::StatusOr<std::vector<TrialCurve>>(const std::string& metric)>;

// Requires rules. What concerns trials that have ended says nothing. Errors are those of `read`.
absl::StatusOr<Steering> PlanStops(const Sweep& sweep, const ReadCurves& read);

}  // namespace pathsweep

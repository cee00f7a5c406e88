// Whether a metric that was asked for is one that the sweep's trials measured.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {

// InvalidArgument, with the closest one, unless some trial measured it or none measured anything:
// so that a misspelt metric does not look like one without results.
absl::Status CheckMeasured(const Sweep& sweep, const std::string& metric, ResultsReader& reader);

}  // namespace pathsweep

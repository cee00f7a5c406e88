// The metric that is asked for, and whether the sweep's trials measured it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {

// That of the request, or the sweep's own.
template <typename Request>
std::string MetricOf(const Request& request, const SweepSpec& spec) {
  return request.metric().empty() ? spec.metric : request.metric();
}

// InvalidArgument, with the closest one, unless some trial measured it, or none measured anything
// and it is one that trials measure: so that a misspelt metric does not look like one without
// results.
absl::Status CheckMeasured(const Sweep& sweep, const std::string& metric, ResultsReader& reader);

}  // namespace pathsweep

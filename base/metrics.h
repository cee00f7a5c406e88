// What is known of a metric by its name. docs/metrics.md explains each.
#pragma once

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

inline constexpr absl::string_view kExactMatch = "exact_match";
inline constexpr absl::string_view kSamplesPerSecond = "samples_per_second";

struct MetricRange {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
};

// The values a metric can take: shares lie in [0, 1], differences of shares in [-1, 1],
// losses and speeds are not negative.
MetricRange RangeOfMetric(absl::string_view name);

// Losses, and how much better the easy steps are than the hard one.
bool IsLowerBetter(absl::string_view name);

// InvalidArgument, with the closest name that there is, for a name that no trial measures.
absl::Status CheckMetricName(absl::string_view name);

}  // namespace pathsweep

// A sweep as the analysis wants it: its configs as columns, and what their seeds brought.
#pragma once

#include <optional>

#include "absl/types/span.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/seed_values.h"
#include "coordinator/domain/sweep.h"

namespace pathsweep {

// In the order of their numbers.
ConfigColumns ConfigsOf(const Sweep& sweep);

// `values` are those of the sweep's trials, by number; they may be of an earlier moment, and fewer.
SeedValues ValuesBySeed(const Sweep& sweep, absl::Span<const std::optional<double>> values);

// At how many numbers of seeds its configs are judged; see Judge.
size_t LooksOf(const SweepSpec& spec);

}  // namespace pathsweep

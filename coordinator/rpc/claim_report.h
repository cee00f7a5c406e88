// What a sweep's results say of a claim, as a message.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "base/claim.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/seed_values.h"
#include "coordinator/domain/sweep.h"
#include "pathsweep/v1/claim.pb.h"

namespace pathsweep {

// In the order of their numbers.
ConfigColumns ConfigsOf(const Sweep& sweep);

// `values` are those of the sweep's trials, by number; they may be of an earlier moment, and fewer.
SeedValues ValuesBySeed(const Sweep& sweep, absl::Span<const std::optional<double>> values);

// With so many config verdicts at most.
v1::ClaimReport ReportOn(const Claim& claim, const ConfigColumns& configs, const SeedValues& values,
                         size_t max_verdicts);

}  // namespace pathsweep

// A part of a sweep's space: the configs that fit some conditions. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/claim.h"
#include "coordinator/analysis/config_columns.h"

namespace pathsweep {

// Those that fit all conditions, in their order. Requires conditions on parameters that there are.
std::vector<size_t> Region(absl::Span<const ClaimCondition> conditions,
                           const ConfigColumns& configs);

// InvalidArgument names a condition that no config fits, and the values that there are.
absl::Status CheckOccur(absl::Span<const ClaimCondition> conditions, const ConfigColumns& configs);

}  // namespace pathsweep

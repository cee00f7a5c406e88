// What must hold of early stopping on the wire.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "base/claim.h"
#include "base/grid.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// InvalidArgument says what is wrong. `grid` and `claims` are those of the spec.
absl::Status CheckEarlyStopping(const v1::SweepSpec& spec, const Grid& grid,
                                const std::vector<Claim>& claims);

}  // namespace pathsweep

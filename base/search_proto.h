// What must hold of a search on the wire.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "base/claim.h"
#include "base/grid.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// InvalidArgument or ResourceExhausted says what is wrong. `space` is SpaceFromProto of the spec,
// and `claims` are its claims.
absl::Status CheckSearch(const v1::SweepSpec& spec, const Grid& space,
                         const std::vector<Claim>& claims);

}  // namespace pathsweep

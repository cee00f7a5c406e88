// Between a search on the wire and in the domain. Errors are InvalidArgument and say what is wrong.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "base/claim.h"
#include "base/grid.h"
#include "coordinator/domain/search.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// `space` is SpaceFromProto of the spec, and `claims` are its claims.
absl::StatusOr<Search> SearchFromProto(const v1::SweepSpec& spec, const Grid& space,
                                       const std::vector<Claim>& claims);

// Without the groups.
v1::Search ToProto(const Search& search);

}  // namespace pathsweep

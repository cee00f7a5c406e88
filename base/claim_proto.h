// Claims to and from protocol messages. Everything that comes in is checked.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "base/claim.h"
#include "base/grid.h"
#include "pathsweep/v1/claim.pb.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Of a config whose claims are to be decided.
inline constexpr int64_t kMostSeeds = 1000;
// Above it there is no room for more.
inline constexpr int64_t kHighestSeed = int64_t{1} << 53;

v1::Claim ToProto(const Claim& claim);

// InvalidArgument if a condition's parameter, value or range is none, or restricts a parameter that
// another one does.
absl::StatusOr<std::vector<ClaimCondition>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::ClaimCondition>& protos);

// A claim that has passed CheckClaim; one without a metric has the sweep's. InvalidArgument names
// the claim.
absl::StatusOr<Claim> FromProto(const v1::Claim& proto, const std::string& sweep_metric);

// InvalidArgument if `most_seeds` does not go with the spec's seeds and claims.
absl::Status CheckMostSeeds(const v1::SweepSpec& spec);

// Those of the spec, with CheckClaims and CheckMostSeeds; the grid is the spec's.
absl::StatusOr<std::vector<Claim>> ClaimsFromProto(const v1::SweepSpec& spec, const Grid& grid);

}  // namespace pathsweep

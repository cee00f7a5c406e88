// What must hold of early stopping on the wire.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "base/claim.h"
#include "base/grid.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

inline constexpr int64_t kMostEvaluations = 1'000'000;
inline constexpr int64_t kHighestEta = 1000;
inline constexpr int64_t kMostRungs = 100;
inline constexpr double kLargestDelta = 1e9;
inline constexpr double kHighestLevel = 0.5;

// InvalidArgument says what is wrong. `grid` and `claims` are those of the spec.
absl::Status CheckEarlyStopping(const v1::SweepSpec& spec, const Grid& grid,
                                const std::vector<Claim>& claims);

}  // namespace pathsweep

// Both ends of a connection take messages up to this size; gRPC's own limit of 4 MiB is less
// than a page of trials with long paths.
#pragma once

namespace pathsweep {

inline constexpr int kLargestMessage = 64 << 20;

}  // namespace pathsweep

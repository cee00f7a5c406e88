// The bounds of what a sweep says of itself: name, description, priority, times. Pure; thread
// safe.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

inline constexpr size_t kLongestSweepName = 64;
inline constexpr size_t kLongestDescription = 4096;
inline constexpr int kHighestPriority = 1000;  // and the lowest is its opposite
inline constexpr double kShortestLease = 0.1;  // seconds, as the next
inline constexpr double kLongestSeconds = 86'400;

// Letters, digits, `-`, `_` and `.` of ASCII.
bool IsSweepNameCharacter(char c);

// InvalidArgument for a name that is empty, too long, has another character, begins with `-`
// or `.`, or is digits alone, which would read as a sweep's number.
absl::Status CheckSweepName(absl::string_view name);

// A sweep file's bytes, at most.
inline constexpr int64_t kLargestSweepFile = 1'000'000;

// InvalidArgument if the description is too long.
absl::Status CheckDescription(absl::string_view description);

}  // namespace pathsweep

// What a sweep may be called. Pure; thread safe.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

inline constexpr size_t kLongestSweepName = 64;

// Letters, digits, `-`, `_` and `.` of ASCII.
bool IsSweepNameCharacter(char c);

// InvalidArgument for a name that is empty, too long, has another character, or is digits
// alone, which would read as a sweep's number.
absl::Status CheckSweepName(absl::string_view name);

}  // namespace pathsweep

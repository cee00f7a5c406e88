#include "base/sweep_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pathsweep {

bool IsSweepNameCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
}

absl::Status CheckSweepName(absl::string_view name) {
  const bool digits_alone = std::ranges::all_of(name, absl::ascii_isdigit);
  if (!digits_alone && name.size() <= kLongestSweepName &&
      (absl::ascii_isalnum(name.front()) || name.front() == '_') &&
      std::ranges::all_of(name, IsSweepNameCharacter)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a sweep's `name` must have 1 to ", kLongestSweepName,
                   " letters, digits, `-`, `_` or `.`, begin with a letter, a digit or `_`, and "
                   "not be digits alone; not `",
                   name.substr(0, kLongestSweepName), "`"));
}

absl::Status CheckDescription(absl::string_view description) {
  if (description.size() <= kLongestDescription) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("`description` has ", description.size(),
                                                 " bytes; at most ", kLongestDescription));
}

}  // namespace pathsweep

// Which checkpoint of a trial stays after its end.
#pragma once

#include <array>
#include <optional>

#include "absl/strings/string_view.h"

namespace pathsweep {

// The first three are numbered as v1::KeepCheckpoint.
enum class KeepCheckpoint {
  kNone,
  kLast,    // that of the end
  kBest,    // that of the evaluation with the highest exact_match, the earliest of equals
  kNewest,  // of sweeps before schema 5 alone: what a retry would have gone on from
};

// The words of sweep files, the CLI and the database.
inline constexpr std::array<absl::string_view, 4> kKeepCheckpointNames = {"none", "last", "best",
                                                                          "newest"};

inline absl::string_view Name(KeepCheckpoint keep) {
  return kKeepCheckpointNames[static_cast<size_t>(keep)];
}

inline std::optional<KeepCheckpoint> KeepCheckpointFromName(absl::string_view name) {
  for (size_t i = 0; i < kKeepCheckpointNames.size(); ++i) {
    if (kKeepCheckpointNames[i] == name) return static_cast<KeepCheckpoint>(i);
  }
  return std::nullopt;
}

}  // namespace pathsweep

#include "coordinator/domain/trial.h"

namespace pathsweep {

absl::string_view Name(TrialState state) {
  static constexpr std::array<absl::string_view, kTrialStates.size()> kNames = {
      "pending", "running", "succeeded", "failed", "stopped", "cancelled", "paused"};
  return kNames[static_cast<size_t>(state)];
}

std::optional<TrialState> TrialStateFromName(absl::string_view name) {
  for (TrialState state : kTrialStates) {
    if (Name(state) == name) return state;
  }
  return std::nullopt;
}

bool IsTerminal(TrialState state) {
  return state != TrialState::kPending && state != TrialState::kRunning &&
         state != TrialState::kPaused;
}

bool MayFollow(TrialState from, TrialState to) {
  switch (from) {
    case TrialState::kPending:
      return to == TrialState::kRunning || to == TrialState::kCancelled ||
             to == TrialState::kStopped;
    case TrialState::kRunning:
      return to != TrialState::kRunning;
    case TrialState::kPaused:
      return to == TrialState::kPending || to == TrialState::kCancelled ||
             to == TrialState::kStopped;
    case TrialState::kFailed:
      return to == TrialState::kPending;  // retried
    default:
      return false;
  }
}

}  // namespace pathsweep

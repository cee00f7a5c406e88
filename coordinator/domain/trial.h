// A trial's states and what the coordinator knows of one that has not ended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
namespace pathsweep {

using TrialId = int64_t;

// docs/trial_states.md draws the transitions.
enum class TrialState {
  kPending,    // waits for a worker
  kRunning,    // leased to a worker
  kSucceeded,  // ended by itself with a result
  kFailed,     // every allowed attempt was lost or crashed
  kStopped,    // ended early by a rule; a partial result
  kCancelled,  // it or its sweep was cancelled first
  kPaused,     // waits at a rung for others to get there
};

inline constexpr std::array kTrialStates = {
    TrialState::kPending, TrialState::kRunning,   TrialState::kSucceeded, TrialState::kFailed,
    TrialState::kStopped, TrialState::kCancelled, TrialState::kPaused};

// "pending", "running", …: the words of the database, the CLI and the protocol.
absl::string_view Name(TrialState state);
std::optional<TrialState> TrialStateFromName(absl::string_view name);

// Succeeded, stopped and cancelled have no way out, and failed only when a user asks for it.
bool IsTerminal(TrialState state);

// Whether a trial may go from one state to the other in one event.
bool MayFollow(TrialState from, TrialState to);

// A number per state.
class TrialCounts {
 public:
  int64_t& operator[](TrialState state) { return counts_[static_cast<size_t>(state)]; }
  int64_t operator[](TrialState state) const { return counts_[static_cast<size_t>(state)]; }
  bool operator==(const TrialCounts&) const = default;

 private:
  std::array<int64_t, kTrialStates.size()> counts_{};
};

// A trial that was leased and has not ended: running, paused, or pending for its next attempt.
struct LiveTrial {
  TrialState state = TrialState::kPending;
  // Number of the newest attempt: the fencing token.
  int attempt = 0;
  // Attempts that were lost or crashed; those handed back do not count.
  int lost_attempts = 0;
  // Rungs of early stopping that it may go past.
  int rung = 0;

  bool operator==(const LiveTrial&) const = default;
};

}  // namespace pathsweep

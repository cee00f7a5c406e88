// Debian builds Abseil with the deadlock detector of absl::Mutex on, which takes a global lock
// at every Lock; gRPC's locks are absl::Mutex too.
#pragma once

#include "absl/synchronization/mutex.h"

namespace pathsweep {

// Call first thing in main(), before any lock is taken.
inline void TurnDeadlockDetectionOff() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace pathsweep

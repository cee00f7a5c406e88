// Where events are kept, so that a coordinator can be killed at any moment.
//
// Contract, tested over every implementation (tests/coordinator/store):
// - Commit is all or nothing; after OK the events survive a crash.
// - Load gives the state that Apply makes of the committed events, less who is connected:
//   live trials keep their worker and attempt, and their leases begin `now`.
// - What a pruned sweep leaves behind is in nobody's way; Tidy removes it.
// - A measurement is kept once per (trial, step, metric): the first value stands.
// Not thread safe: one thread writes.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "coordinator/domain/event.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

class Store {
 public:
  virtual ~Store() = default;
  virtual absl::Status Commit(absl::Span<const Event> events) = 0;
  virtual absl::StatusOr<State> Load(absl::Time now, const LeasePolicy& policy) = 0;
  // Removes some trials that pruned sweeps left, in some ten milliseconds. False once none is left.
  virtual absl::StatusOr<bool> Tidy() = 0;
};

// Memory-only events (see event.h) change nothing in a store; a drain of nothing else
// needs no commit.
bool IsStored(const Event& event);

}  // namespace pathsweep

// How long a lease holds.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "coordinator/domain/sweep.h"

namespace pathsweep {

struct LeasePolicy {
  // A worker silent for this long loses its attempts; of sweeps that have no length of their own.
  absl::Duration lease = absl::Seconds(60);
  // A worker whose stream broke has this long to come back. One that lives tries every second
  // (worker/agent), so it is short.
  absl::Duration reconnect = absl::Milliseconds(1500);

  absl::Duration LeaseOf(const Sweep& sweep) const {
    return sweep.spec.lease == absl::ZeroDuration() ? lease : sweep.spec.lease;
  }

  // After a restart of the coordinator: workers need a moment to come back.
  absl::Duration FirstLeaseOf(const Sweep& sweep) const { return std::max(lease, LeaseOf(sweep)); }
};

}  // namespace pathsweep

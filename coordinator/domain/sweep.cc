#include "coordinator/domain/sweep.h"

#include <algorithm>
#include <limits>

namespace pathsweep {

TrialCounts Sweep::Counts() const {
  TrialCounts counts = leased;
  counts[cancelled ? TrialState::kCancelled : TrialState::kPending] += trials - next;
  return counts;
}

bool Sweep::Ended() const {
  const TrialCounts counts = Counts();
  return counts[TrialState::kPending] == 0 && counts[TrialState::kRunning] == 0;
}

int64_t Sweep::Room() const {
  if (paused) return 0;
  if (spec.max_parallel == 0) return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(0, spec.max_parallel - leased[TrialState::kRunning]);
}

int64_t Sweep::ConfigOf(TrialId trial) const {
  return (trial - first_trial) % ConfigCount(spec.grid);
}

TrialParameters Sweep::ParametersOf(TrialId trial) const {
  return ConfigAt(spec.grid, ConfigOf(trial));
}

int64_t Sweep::SeedOf(TrialId trial) const {
  return spec.grid.seeds[(trial - first_trial) / ConfigCount(spec.grid)];
}

}  // namespace pathsweep

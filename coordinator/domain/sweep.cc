#include "coordinator/domain/sweep.h"

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

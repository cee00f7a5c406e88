// Workers on which one trial after the other crashes get no more, as long as another worker is
// there.
//
// Every trial that crashed on a worker since its last result is a strike against it. With three it
// is in quarantine: for ten seconds after the last crash, twice as long with each further one, up
// to two minutes; then it may try a single trial. A result wipes a worker's strikes away, and if
// there were three or more, those of all: the trials were to blame, not the workers. So trials that
// crash everywhere cost the fleet little, and a broken worker costs each trial one attempt at most,
// for within a minute a trial does not go back to a worker on which it crashed while there is
// another. In memory alone: a restart of the coordinator forgives everybody.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

inline constexpr size_t kMostStrikes = 3;
inline constexpr absl::Duration kShortestQuarantine = absl::Seconds(10);
inline constexpr absl::Duration kLongestQuarantine = absl::Minutes(2);
inline constexpr absl::Duration kElsewhereFor = absl::Minutes(1);

bool IsStruck(const ConnectedWorker& worker);

// For people; empty if the worker is not in quarantine.
std::string WhyQuarantined(const ConnectedWorker& worker);

// Which worker may take what at `now`. Valid until the state changes.
class Trust {
 public:
  Trust(const State& state, absl::Time now);

  // How many trials the worker may take now, at most.
  int64_t Room(const ConnectedWorker& worker) const;

  // The trial crashed on the worker, and another one should try it first.
  bool Avoids(const std::string& worker, TrialId trial) const;

 private:
  const State& state_;
  const absl::Time now_;
  // Connected workers that take trials and are not struck. Empty while nothing has crashed.
  std::vector<std::string> trusted_;
};

void ApplyOne(State& state, const AttemptCrashed& event);
// The trial ends; if it has a lease, on that worker.
void SettleStrikes(State& state, TrialId trial, TrialState to);

}  // namespace pathsweep

// Workers on which trials crash that do not crash elsewhere get no more, as long as another worker
// is there.
//
// A trial that crashed on one worker alone so far is a strike against it. The strike falls when
// the trial crashes on another worker too (then the trial is to blame), fails for good or is
// cancelled; all fall when the worker brings a result, and when the last one is ten minutes old,
// so that a worker gets another chance. With three it is in quarantine. A trial that crashed goes
// to another worker if there is one, so strikes are soon decided, and trials that crash everywhere
// cost nobody's trust. In memory alone: a restart of the coordinator forgives everybody.
//
// Pure.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

inline constexpr size_t kMostStrikes = 3;
inline constexpr absl::Duration kForgivenAfter = absl::Minutes(10);

bool IsQuarantined(const ConnectedWorker& worker);

// For people; empty if the worker is not in quarantine.
std::string WhyQuarantined(const ConnectedWorker& worker);

// Who else is there. Valid until the state changes.
class Trust {
 public:
  explicit Trust(const State& state);

  // Another worker out of quarantine is connected and takes trials.
  bool HasOtherThan(const ConnectedWorker& worker) const {
    return trusted_ > (IsQuarantined(worker) ? 0 : 1);
  }

 private:
  int64_t trusted_ = 0;
};

void ApplyOne(State& state, const AttemptCrashed& event);
void ApplyOne(State& state, const StrikesForgiven& event);
// The trial has ended on the worker; the name is empty if it ended on none.
void SettleStrikes(State& state, TrialId trial, TrialState to, const std::string& worker);

}  // namespace pathsweep

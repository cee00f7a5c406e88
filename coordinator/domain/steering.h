// What early stopping wants of a sweep's trials: plain values.
#pragma once

#include <string>
#include <vector>

#include "coordinator/domain/trial.h"

namespace pathsweep {

struct StopOrder {
  std::string rule;    // its name: the trial's reason
  std::string detail;  // for people

  bool operator==(const StopOrder&) const = default;
};

struct TrialStop {
  TrialId trial = 0;
  StopOrder order;

  bool operator==(const TrialStop&) const = default;
};

struct Steering {
  std::vector<TrialStop> stops;
  std::vector<TrialId> promoted;  // of those that are paused
  // It holds if every trial of the sweep is paused or has ended.
  bool last = false;

  bool operator==(const Steering&) const = default;
};

}  // namespace pathsweep

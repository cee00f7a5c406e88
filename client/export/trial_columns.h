// What tells the trials of a sweep apart, and what they measured: the columns of an export.
//
//   TrialColumns columns;
//   for (each trial) columns.Add(trial);
//
// Holds what is distinct, not the trials.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/trial_parameters.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

struct ParameterSpread {
  std::string name;
  int place = 0;  // among a trial's parameters
  ParameterValue lowest;
  ParameterValue highest;
  // The distinct values of what is no number, as they first come: a grid's are in the file's order.
  std::vector<ParameterValue> choices;
};

class TrialColumns {
 public:
  void Add(const v1::Trial& trial);

  int64_t trials() const { return trials_; }
  // Those of two values or more, in the order of a trial's parameters.
  std::vector<ParameterSpread> Varying() const;
  const std::set<std::string>& metrics() const { return metrics_; }

 private:
  int64_t trials_ = 0;
  std::vector<ParameterSpread> parameters_;
  std::set<std::string> metrics_;
};

// The step after which the trial measured last; 0 if it has measured nothing.
int64_t LastStep(const v1::Trial& trial);

}  // namespace pathsweep

// The trials of a sweep that have rows, with their curves of each metric that is asked for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/analysis/seed_values.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/early_stopping/progress.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {

// In order of id.
using ReadCurves =
    std::function<absl::StatusOr<std::vector<TrialHistory>>(const std::string& metric)>;

// Null if it has no row.
const TrialHistory* FindHistory(TrialId trial, const std::vector<TrialHistory>& curves);

class SweepCurves {
 public:
  // Both must outlive the object.
  SweepCurves(const Sweep& sweep, const ReadCurves& read);

  // Lives as long as the object. Each metric is read once. Errors are those of `read`.
  absl::StatusOr<const std::vector<TrialHistory>*> Of(const std::string& metric);

  // The configs of which some trial has a row, in order, each with all its trials.
  absl::StatusOr<std::vector<ConfigProgress>> Configs(const std::string& metric);

  // Which trials each config has; without values.
  const SeedValues& seeds() const { return seeds_; }
  const Sweep& sweep() const { return sweep_; }

 private:
  const Sweep& sweep_;
  const ReadCurves& read_;
  const SeedValues seeds_;
  std::map<std::string, std::vector<TrialHistory>> curves_;
};

}  // namespace pathsweep

// A trial out of a results database (docs/querying.md), to train it again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/trial_parameters.h"

namespace pathsweep {

struct RecordedTrial {
  TrialParameters parameters;
  int64_t seed = 0;
  std::string state;
  // By step and metric.
  std::map<std::pair<int64_t, std::string>, double> measurements;
  // Where its newest attempt ran; empty and 0 if that is not known.
  std::string device;
  std::string device_name;
  std::string build;
  std::string libtorch;
  int threads = 0;
  std::string execution;
  int fused = 0;  // the most trials that trained as one model with it, itself included
};

// NotFound if there is no such file or trial, or it was never leased; FailedPrecondition if the
// file is no results database, or of another version.
absl::StatusOr<RecordedTrial> ReadRecordedTrial(const std::string& database, int64_t trial);

}  // namespace pathsweep

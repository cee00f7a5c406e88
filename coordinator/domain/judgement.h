// What is kept of a verdict on a claim: a plain value that the analysis makes and the store writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/domain/trial.h"

namespace pathsweep {

// A config of a claim; of a comparison, that with the first value.
struct JudgedConfig {
  std::string claim;
  int64_t config = 0;
  std::optional<TrialId> trial;  // one of its trials, which has a value
  std::string verdict;           // holds, fails or undecided
  std::optional<double> mean;
  std::optional<double> low;
  std::optional<double> high;
  double bound = 0;
  double margin = 0;
  int64_t seeds = 0;
  int64_t missing = 0;
  std::optional<double> q;  // none with fewer than two seeds
  std::vector<TrialId> counterexamples;
};

}  // namespace pathsweep

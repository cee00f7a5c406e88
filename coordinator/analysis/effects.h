// Which parameters explain how configs differ in something: a metric, or a claim's margin.
//
// Where the configs are a full grid: shares of the variance of their means over seeds, of
// parameters alone and in pairs, exact for the grid. The noise of seeds takes part in them: its
// expected part is the noise floor, and the interval is for the share that would be left without
// it, so it may end below the share (fixed effects, by the noncentrality of the effect's sum of
// squares: Steiger 2004; one noise for all configs, the average of theirs).
//
// Where they are not, but were sampled: shares of parameters alone, estimated from the sample
// (Plischke, Borgonovo & Smith 2013): the variance between groups of configs with like values. All
// else that varies is noise here, by which the floor and the interval are, as those of a one-way
// analysis of variance.
//
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

struct Effect {
  std::vector<std::string> parameters;  // one or two
  Estimate share;                       // without an interval if no config has two seeds
  std::optional<double> noise_floor;    // then neither
};

struct Effects {
  std::vector<Effect> all;  // the largest share first
  std::string none;         // why there are none, if so
  bool sampled = false;     // estimated from a sample
};

// What is known of a config.
struct ConfigMean {
  size_t config = 0;
  std::optional<double> mean;  // over its seeds
  std::optional<double>
      variance;  // of that mean, by the seeds' noise; none of fewer than two seeds
};

// From a config's values.
ConfigMean MeanOf(size_t config, absl::Span<const double> values);

// Each config at most once.
Effects ExplainVariance(const ConfigColumns& configs, absl::Span<const ConfigMean> means);

}  // namespace pathsweep

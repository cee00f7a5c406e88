// Which parameters explain where a claim fails: how the margin (by how much the mean over seeds is
// on the claim's side of its bound) varies with them.
//
// Shares of variance over the full grid of the claim's configs, of parameters alone and in pairs.
// The noise of seeds takes part in them: its expected part is the noise floor, and the interval is
// for the share that would be left without it, so it may end below the share (fixed effects, by the
// noncentrality of the effect's sum of squares: Steiger 2004; one noise for all configs, the
// average of theirs). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

struct ClaimEffect {
  std::vector<std::string> parameters;  // one or two
  Estimate share;                       // without an interval if no config has two seeds
  std::optional<double> noise_floor;    // then neither
};

struct ClaimEffects {
  std::vector<ClaimEffect> all;  // the largest share first
  std::string none;              // why there are none, if so
};

ClaimEffects ExplainMargins(const Claim& claim, const ConfigColumns& configs,
                            absl::Span<const ClaimSample> samples);

}  // namespace pathsweep

// By which rules trials end before their last step: plain values, and what the state needs to know
// of them. coordinator/early_stopping decides by them. docs/early_stopping.md is their manual.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "base/trial_parameters.h"

namespace pathsweep {

// Evaluations are counted from 1; that before training does not count.

// At rungs after first, first·eta, first·eta², … evaluations the best 1/eta of the configs go on.
struct HyperbandRule {
  int64_t first = 1;
  int64_t eta = 3;
  int64_t rungs = 0;    // at most; 0 = as many as there are
  bool pauses = false;  // trials wait at a rung until they are among the best

  bool operator==(const HyperbandRule&) const = default;
};

// Configs end whose best is worse than the median of what others have on average.
struct MedianRule {
  int64_t first = 1;  // not before so many evaluations

  bool operator==(const MedianRule&) const = default;
};

// Trials end that will not reach the bound of any claim about them.
struct FutilityRule {
  double level = 0.05;

  bool operator==(const FutilityRule&) const = default;
};

// Trials end that have solved the task in so many evaluations in a row.
struct SolvedRule {
  int64_t evaluations = 2;

  bool operator==(const SolvedRule&) const = default;
};

// Trials end that have not become better by `least` in so many evaluations.
struct PlateauRule {
  int64_t evaluations = 10;
  double least = 0.01;

  bool operator==(const PlateauRule&) const = default;
};

// At least one of them.
struct EarlyStopping {
  std::optional<HyperbandRule> hyperband = std::nullopt;
  std::optional<MedianRule> median = std::nullopt;
  std::optional<FutilityRule> futility = std::nullopt;
  std::optional<SolvedRule> solved = std::nullopt;
  std::optional<PlateauRule> plateau = std::nullopt;
  bool maximize = true;  // higher values of the sweep's metric are better

  bool operator==(const EarlyStopping&) const = default;
};

// The names of the rules: the reasons of the trials that they end.
inline constexpr char kHyperband[] = "hyperband";
inline constexpr char kMedian[] = "median";
inline constexpr char kFutility[] = "futility";
inline constexpr char kSolved[] = "solved";
inline constexpr char kPlateau[] = "plateau";
// Those that end a trial for being worse than others: nobody knows what would have become of it.
inline constexpr std::array<absl::string_view, 2> kComparing = {kHyperband, kMedian};

// Those of a trial that takes all its steps.
int64_t EvaluationsOf(const TrialParameters& parameters);

// After how many evaluations rung 0, 1, … is; none if a trial of so many has none there.
std::optional<int64_t> RungOf(const HyperbandRule& rule, int rung, int64_t evaluations);

}  // namespace pathsweep

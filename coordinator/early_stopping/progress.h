// How far the trials of a sweep have come, as the rules of early stopping see it. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/domain/steering.h"
#include "coordinator/domain/trial.h"

namespace pathsweep {

struct TrialProgress {
  TrialId trial = 0;
  TrialState state = TrialState::kPending;
  int rung = 0;                // that it may go past
  std::vector<double> values;  // of the metric, after evaluation 1, 2, …
  // A rule that compares has ended it: it is where it was, and at no rung behind.
  bool dropped = false;

  bool ended() const { return IsTerminal(state); }
  bool has_result() const {
    return state == TrialState::kSucceeded || state == TrialState::kStopped;
  }
  // It has come so far, or has ended: then its last value stands for the rest.
  bool Reached(int64_t evaluation) const {
    return (ended() && !dropped) || static_cast<int64_t>(values.size()) >= evaluation;
  }
  // Up to that evaluation; less if it has ended before. Requires Reached.
  absl::Span<const double> UpTo(int64_t evaluation) const;
};

// The trials of one config: one for each seed, also those that have not begun.
struct ConfigProgress {
  std::vector<TrialProgress> trials;
  // No claim is about it, so that rules that compare may end it.
  bool open = true;

  // So many evaluations each of its trials has reached; none if all have ended, or none has a
  // value.
  std::optional<int64_t> Evaluations() const;
  // All its trials have reached it, and one of them has a value.
  bool Reached(int64_t evaluation) const;
  // The mean over those trials, of what `value` makes of the values up to there. Requires Reached.
  template <typename Value>
  double MeanOf(int64_t evaluation, const Value& value) const {
    double sum = 0;
    int count = 0;
    for (const TrialProgress& trial : trials) {
      const absl::Span<const double> values = trial.UpTo(evaluation);
      if (values.empty()) continue;
      sum += value(values);
      ++count;
    }
    return sum / count;
  }
  double MeanAt(int64_t evaluation) const {
    return MeanOf(evaluation, [](absl::Span<const double> values) { return values.back(); });
  }
  // One of its trials has a result without a value: it diverged before it had any.
  bool HasDiverged() const;
};

// More of it is better.
inline double Goodness(double value, bool maximize) { return maximize ? value : -value; }

// The best of them. Requires one.
double BestOf(absl::Span<const double> values, bool maximize);

// Orders to end those of the config's trials that have not.
std::vector<TrialStop> StopAll(const ConfigProgress& config, const StopOrder& order);

}  // namespace pathsweep

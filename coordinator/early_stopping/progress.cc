#include "coordinator/early_stopping/progress.h"

#include <algorithm>

namespace pathsweep {

absl::Span<const double> TrialProgress::UpTo(int64_t evaluation) const {
  // One that failed has no result, whatever it has measured.
  if (ended() && !has_result()) return {};
  return absl::MakeConstSpan(values).first(
      std::min(values.size(), static_cast<size_t>(evaluation)));
}

std::optional<int64_t> ConfigProgress::Evaluations() const {
  std::optional<int64_t> least;
  for (const TrialProgress& trial : trials) {
    if (trial.ended()) continue;
    const auto reached = static_cast<int64_t>(trial.values.size());
    least = std::min(least.value_or(reached), reached);
  }
  return least;
}

bool ConfigProgress::Reached(int64_t evaluation) const {
  return std::ranges::all_of(
             trials, [&](const TrialProgress& trial) { return trial.Reached(evaluation); }) &&
         std::ranges::any_of(
             trials, [&](const TrialProgress& trial) { return !trial.UpTo(evaluation).empty(); });
}

bool ConfigProgress::HasDiverged() const {
  return std::ranges::any_of(trials, [](const TrialProgress& trial) {
    return trial.has_result() && trial.values.empty();
  });
}

double BestOf(absl::Span<const double> values, bool maximize) {
  return maximize ? *std::ranges::max_element(values) : *std::ranges::min_element(values);
}

std::vector<TrialStop> StopAll(const ConfigProgress& config, const StopOrder& order) {
  std::vector<TrialStop> stops;
  for (const TrialProgress& trial : config.trials) {
    if (!trial.ended()) stops.push_back({trial.trial, order});
  }
  return stops;
}

}  // namespace pathsweep

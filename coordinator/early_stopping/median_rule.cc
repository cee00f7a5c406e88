#include "coordinator/early_stopping/median_rule.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

constexpr size_t kFewestOthers = 3;

// What the configs other than `but` have on average up to the evaluation.
std::vector<double> AveragesOfOthers(int64_t evaluation, const ConfigProgress& but,
                                     absl::Span<const ConfigProgress> configs) {
  std::vector<double> averages;
  for (const ConfigProgress& config : configs) {
    if (&config == &but || !config.Reached(evaluation)) continue;
    averages.push_back(config.MeanOf(evaluation, Mean));
  }
  return averages;
}

}  // namespace

std::vector<TrialStop> BelowMedian(const MedianRule& rule, bool maximize,
                                   absl::Span<const ConfigProgress> configs) {
  std::vector<TrialStop> all;
  for (const ConfigProgress& config : configs) {
    const std::optional<int64_t> evaluation = config.Evaluations();
    if (!config.open || !evaluation || *evaluation < rule.first || !config.Reached(*evaluation)) {
      continue;
    }
    std::vector<double> others = AveragesOfOthers(*evaluation, config, configs);
    if (others.size() < kFewestOthers) continue;
    std::ranges::sort(others);
    const double median = MedianOfSorted(others);
    const double best = config.MeanOf(
        *evaluation, [&](absl::Span<const double> values) { return BestOf(values, maximize); });
    if (Goodness(best, maximize) >= Goodness(median, maximize)) continue;
    const std::vector<TrialStop> stops = StopAll(
        config,
        {kMedian, absl::StrCat("the best of its config is ", best, " in ", *evaluation,
                               " evaluations, worse than ", median,
                               ", the median of the averages of ", others.size(), " others")});
    all.insert(all.end(), stops.begin(), stops.end());
  }
  return all;
}

}  // namespace pathsweep

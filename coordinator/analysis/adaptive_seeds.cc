#include "coordinator/analysis/adaptive_seeds.h"

#include <algorithm>

namespace pathsweep {

std::vector<int64_t> LooksOf(const SeedRule& rule) {
  std::vector<int64_t> looks = {rule.least};
  while (looks.back() < rule.most) {
    looks.push_back(std::min(rule.most, looks.back() + (looks.back() + 1) / 2));
  }
  return looks;
}

void AddWantedSeeds(const SeedRule& rule, absl::Span<const ClaimSample> samples,
                    absl::Span<const ConfigVerdict> verdicts, const SeedValues& values,
                    std::map<size_t, int64_t>& wanted) {
  const std::vector<int64_t> looks = LooksOf(rule);
  for (size_t i = 0; i < samples.size(); ++i) {
    // Where nothing was measured so far, more of it would not help.
    if (verdicts[i].verdict != Verdict::kUndecided || samples[i].values.empty()) continue;
    for (size_t config : {samples[i].config, samples[i].other}) {
      const auto seeds = static_cast<int64_t>(values.Of(config).size());
      const auto next = std::ranges::upper_bound(looks, seeds);
      if (next == looks.end()) continue;
      int64_t& most = wanted[config];
      most = std::max(most, *next);
    }
  }
}

}  // namespace pathsweep

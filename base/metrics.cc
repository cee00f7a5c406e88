#include "base/metrics.h"

#include "absl/strings/match.h"

namespace pathsweep {

MetricRange RangeOfMetric(absl::string_view name) {
  if (name == kExactMatch || absl::StrContains(name, "accuracy")) return {0, 1};
  if (name == "cheat_gap") return {-1, 1};
  if (absl::EndsWith(name, "_loss") || name == "samples_per_second") return {.lowest = 0};
  return {};
}

}  // namespace pathsweep

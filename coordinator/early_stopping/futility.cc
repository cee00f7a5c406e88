#include "coordinator/early_stopping/futility.h"

#include <algorithm>
#include <cstdint>

namespace pathsweep {
namespace {

constexpr double kNegligible = 0.05;  // of a metric's range

// The conformal p-value that the trial still rises by so much, or falls if it is below 0.
double ChanceToMove(double by, absl::Span<const double> values, const Curves& ended) {
  const double way = by > 0 ? 1 : -1;
  int64_t count = 0;
  int64_t as_far = 0;
  for (const absl::Span<const double> curve : ended) {
    if (curve.empty()) continue;
    ++count;
    const double then = curve[std::min(values.size(), curve.size()) - 1];
    if (way * (curve.back() - then) >= way * by) ++as_far;
  }
  return static_cast<double>(as_far + 1) / static_cast<double>(count + 1);
}

}  // namespace

double ChanceToReach(const Bound& bound, absl::Span<const double> values, const Curves& ended,
                     double level) {
  const double value = values.back();
  if (bound.at_least ? value >= bound.value : value <= bound.value) return 1;
  const auto [lowest, highest] = bound.range;
  const double away = (bound.at_least ? -1 : 1) * kNegligible * (highest - lowest);
  const bool has_room = value + away >= lowest && value + away <= highest;
  if (has_room && ChanceToMove(away, values, ended) > level) return 1;
  return ChanceToMove(bound.value - value, values, ended);
}

}  // namespace pathsweep

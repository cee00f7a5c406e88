#include "coordinator/early_stopping/futility.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pathsweep {
namespace {

constexpr double kNegligible = 0.05;  // of a metric's range
constexpr size_t kFewestSeeds = 3;

// How many of them still rose by so much after as many evaluations, or fell if it is below 0.
int64_t CountOfMoves(double by, size_t evaluations, const Curves& ended) {
  const double way = by > 0 ? 1 : -1;
  return std::ranges::count_if(ended, [&](absl::Span<const double> curve) {
    const double then = curve[std::min(evaluations, curve.size()) - 1];
    return way * (curve.back() - then) >= way * by;
  });
}

double ChanceToMove(double by, size_t evaluations, const Curves& ended) {
  return static_cast<double>(CountOfMoves(by, evaluations, ended) + 1) /
         static_cast<double>(ended.size() + 1);
}

}  // namespace

double ChanceToReach(const Bound& bound, absl::Span<const double> values, const Ended& ended,
                     double level) {
  const double value = values.back();
  if (bound.at_least ? value >= bound.value : value <= bound.value) return 1;
  const double needed = bound.value - value;
  if (ended.of_config.size() < kFewestSeeds ||
      CountOfMoves(needed, values.size(), ended.of_config) > 0) {
    return 1;
  }
  const auto [lowest, highest] = bound.range;
  const double scale = std::isfinite(highest - lowest) ? highest - lowest : std::abs(bound.value);
  const double away = (bound.at_least ? -1 : 1) * kNegligible * scale;
  const bool has_room = away != 0 && value + away >= lowest && value + away <= highest;
  if (has_room && ChanceToMove(away, values.size(), ended.of_claim) > level) return 1;
  return ChanceToMove(needed, values.size(), ended.of_claim);
}

}  // namespace pathsweep

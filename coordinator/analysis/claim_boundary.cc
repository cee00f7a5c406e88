#include "coordinator/analysis/claim_boundary.h"

#include <algorithm>
#include <tuple>

namespace pathsweep {
namespace {

// A config on the line of those that differ in one parameter alone.
struct OnLine {
  uint64_t line;
  uint32_t at;
  Verdict verdict;
};

bool IsNumber(const ConfigColumn& column) {
  return std::holds_alternative<int64_t>(column.values.front()) ||
         std::holds_alternative<double>(column.values.front());
}

void Count(const OnLine& below, const OnLine& above, BoundaryStep& step) {
  if (below.verdict == above.verdict) {
    ++step.steady;
  } else {
    ++(above.verdict == Verdict::kHolds ? step.failing_to_holding : step.holding_to_failing);
  }
}

}  // namespace

std::vector<BoundaryStep> FindBoundary(const ConfigColumns& configs,
                                       absl::Span<const ClaimSample> samples,
                                       absl::Span<const ConfigVerdict> verdicts) {
  std::vector<size_t> decided;
  std::vector<Verdict> decisions;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (verdicts[i].verdict == Verdict::kUndecided) continue;
    decided.push_back(samples[i].config);
    decisions.push_back(verdicts[i].verdict);
  }
  std::vector<BoundaryStep> boundary;
  for (const ConfigColumn& column : configs.columns()) {
    if (!IsNumber(column)) continue;
    const std::vector<uint64_t> lines = configs.GroupsWithout(decided, &column);
    std::vector<OnLine> all;
    for (size_t i = 0; i < decided.size(); ++i) {
      all.push_back({lines[i], column.at[decided[i]], decisions[i]});
    }
    std::ranges::sort(all, {}, [](const OnLine& one) { return std::tuple(one.line, one.at); });
    std::vector<BoundaryStep> steps;
    for (uint32_t value = 0; value + 1 < column.values.size(); ++value) {
      steps.push_back({.column = &column, .below = value});
    }
    for (size_t i = 0; i + 1 < all.size(); ++i) {
      const bool neighbours = all[i].line == all[i + 1].line && all[i].at + 1 == all[i + 1].at;
      if (neighbours) Count(all[i], all[i + 1], steps[all[i].at]);
    }
    for (const BoundaryStep& step : steps) {
      if (step.failing_to_holding + step.holding_to_failing + step.steady > 0) {
        boundary.push_back(step);
      }
    }
  }
  return boundary;
}

}  // namespace pathsweep

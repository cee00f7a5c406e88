#include "coordinator/analysis/paired_comparison.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "coordinator/analysis/region.h"
#include "coordinator/analysis/significance.h"

namespace pathsweep {
namespace {

const ClaimCondition* Find(absl::Span<const ClaimCondition> conditions,
                           const std::string& parameter) {
  const auto found = std::ranges::find(conditions, parameter, &ClaimCondition::parameter);
  return found == conditions.end() ? nullptr : &*found;
}

absl::Status CheckOneSide(absl::Span<const ClaimCondition> side,
                          absl::Span<const ClaimCondition> other) {
  for (const ClaimCondition& condition : side) {
    if (condition.values.size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("a side of a comparison has one value of `", condition.parameter, "`"));
    }
    if (Find(other, condition.parameter) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("one side names `", condition.parameter,
                       "` and the other does not; name the same parameters on both"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSides(absl::Span<const ClaimCondition> first,
                        absl::Span<const ClaimCondition> second) {
  if (absl::Status valid = CheckOneSide(first, second); !valid.ok()) return valid;
  if (absl::Status valid = CheckOneSide(second, first); !valid.ok()) return valid;
  const bool alike = std::ranges::all_of(first, [&](const ClaimCondition& condition) {
    return *Find(second, condition.parameter) == condition;
  });
  if (!alike) return absl::OkStatus();
  return absl::InvalidArgumentError("both sides are the same configs; give one another value");
}

std::vector<const ConfigColumn*> ColumnsWithout(absl::Span<const ClaimCondition> conditions,
                                                const ConfigColumns& configs) {
  std::vector<const ConfigColumn*> columns;
  for (const ConfigColumn& column : configs.columns()) {
    if (Find(conditions, std::string(column.spec->name)) == nullptr) columns.push_back(&column);
  }
  return columns;
}

// Without what adding up seeds in another order would change: sums that are equal give 0.
double Rounded(double difference) {
  constexpr double kResolution = 1e-12;
  return std::abs(difference) < 1 ? std::round(difference / kResolution) * kResolution : difference;
}

void AddUp(const std::string& metric, PairedComparison& comparison) {
  const double side = IsLowerBetter(metric) ? -1 : 1;
  std::vector<double> means;
  for (const ConfigVerdict& verdict : comparison.verdicts) {
    if (!verdict.mean) continue;
    means.push_back(Rounded(verdict.mean->value));
    const double gain = side * means.back();
    ++(gain > 0 ? comparison.better : gain < 0 ? comparison.worse : comparison.equal);
  }
  if (means.empty()) return;
  comparison.mean = MeanInterval(means, RangeOfDifference(metric));
  comparison.share = ExactInterval(comparison.better, static_cast<int64_t>(means.size()));
  comparison.p = TestSignedRanks(means);
}

}  // namespace

absl::StatusOr<PairedComparison> CompareInPairs(absl::Span<const ClaimCondition> first,
                                                absl::Span<const ClaimCondition> second,
                                                const std::string& metric,
                                                const ConfigColumns& configs,
                                                const SeedValues& values, size_t looks) {
  if (absl::Status valid = CheckSides(first, second); !valid.ok()) return valid;
  for (const absl::Span<const ClaimCondition> side : {first, second}) {
    if (absl::Status occur = CheckOccur(side, configs); !occur.ok()) return occur;
  }
  const std::vector<ConfigPair> pairs = PairsOf(Region(first, configs), Region(second, configs),
                                                ColumnsWithout(first, configs), configs);
  if (pairs.empty()) {
    return absl::InvalidArgumentError(
        "nothing pairs: no config of the first side agrees with one of the second in every other "
        "parameter that varies");
  }
  PairedComparison comparison;
  comparison.samples = DifferencesOf(pairs, metric, configs, values);
  comparison.verdicts =
      Judge(IsLowerBetter(metric) ? -1 : 1, RangeOfDifference(metric), comparison.samples, looks);
  AddUp(metric, comparison);
  return comparison;
}

}  // namespace pathsweep

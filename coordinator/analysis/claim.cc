#include "coordinator/analysis/claim.h"

#include <algorithm>

namespace pathsweep {
namespace {

double NumberOf(const ParameterValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

bool Fits(const ClaimCondition& condition, const TrialParameters& parameters) {
  const ParameterValue value = GetParameter(parameters, *FindParameter(condition.parameter));
  if (!condition.values.empty()) {
    return std::ranges::find(condition.values, value) != condition.values.end();
  }
  const double number = NumberOf(value);
  return number >= condition.lowest && number <= condition.highest;
}

}  // namespace

bool IsWhere(const Claim& claim, const TrialParameters& parameters) {
  return std::ranges::all_of(
      claim.where, [&](const ClaimCondition& condition) { return Fits(condition, parameters); });
}

}  // namespace pathsweep

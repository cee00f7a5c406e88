#include "coordinator/analysis/region.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace pathsweep {
namespace {

constexpr size_t kNamed = 12;

std::vector<ParameterValue> ValuesOf(const std::string& parameter, const ConfigColumns& configs) {
  const ConfigColumn* column = configs.Find(parameter);
  if (column != nullptr) return column->values;
  return {GetParameter(configs.common(), *FindParameter(parameter))};
}

std::string Listed(const std::vector<ParameterValue>& values) {
  std::vector<std::string> texts;
  for (const ParameterValue& value : values) {
    if (texts.size() == kNamed) return absl::StrCat(absl::StrJoin(texts, ", "), ", …");
    texts.push_back(FormatValue(value));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace

std::vector<size_t> Region(absl::Span<const ClaimCondition> conditions,
                           const ConfigColumns& configs) {
  std::vector<bool> inside(configs.size(), true);
  for (const ClaimCondition& condition : conditions) {
    const ConfigColumn* column = configs.Find(condition.parameter);
    if (column == nullptr) {
      const ParameterSpec& spec = *FindParameter(condition.parameter);
      if (!condition.Fits(GetParameter(configs.common(), spec))) return {};
      continue;
    }
    std::vector<bool> fits;
    for (const ParameterValue& value : column->values) fits.push_back(condition.Fits(value));
    for (size_t config = 0; config < configs.size(); ++config) {
      if (!fits[column->at[config]]) inside[config] = false;
    }
  }
  std::vector<size_t> region;
  for (size_t config = 0; config < configs.size(); ++config) {
    if (inside[config]) region.push_back(config);
  }
  return region;
}

absl::Status CheckOccur(absl::Span<const ClaimCondition> conditions, const ConfigColumns& configs) {
  for (const ClaimCondition& condition : conditions) {
    const std::vector<ParameterValue> values = ValuesOf(condition.parameter, configs);
    const auto fits = [&](const ParameterValue& value) { return condition.Fits(value); };
    if (std::ranges::any_of(values, fits)) continue;
    const std::string asked = condition.values.empty() ? absl::StrCat("from ", condition.lowest,
                                                                      " to ", condition.highest)
                                                       : Listed(condition.values);
    return absl::InvalidArgumentError(absl::StrCat("no config of the sweep has `",
                                                   condition.parameter, "` ", asked, "; it has ",
                                                   Listed(values)));
  }
  return absl::OkStatus();
}

}  // namespace pathsweep

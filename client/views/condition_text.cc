#include "client/views/condition_text.h"

#include "absl/strings/str_cat.h"
#include "base/parameter_proto.h"
#include "base/trial_parameters.h"

namespace pathsweep {

absl::StatusOr<std::vector<v1::ClaimCondition>> ConditionsFromText(
    const std::vector<std::string>& texts) {
  std::vector<v1::ClaimCondition> conditions;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", text, "` says no value; write NAME=VALUE, as in objective=standard"));
    }
    const std::string name = text.substr(0, equals);
    const ParameterSpec* spec = FindParameter(name);
    if (spec == nullptr) return UnknownParameter(name);
    const absl::StatusOr<ParameterValue> value =
        CheckValue(*spec, ParseValue(*spec, text.substr(equals + 1)));
    if (!value.ok()) return value.status();
    v1::ClaimCondition& condition = conditions.emplace_back();
    condition.set_parameter(name);
    *condition.add_values() = ToProto(*value);
  }
  return conditions;
}

}  // namespace pathsweep

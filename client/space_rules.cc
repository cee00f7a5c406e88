#include "client/space_rules.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

std::set<std::string> With(std::set<std::string> names, const ParameterSpec& target) {
  names.insert(std::string(target.name));
  return names;
}

absl::StatusOr<ParameterValue> DerivedValue(const ParameterSpec& spec, const Expression& formula,
                                            const TrialParameters& parameters) {
  const absl::StatusOr<double> number = formula.Number(parameters);
  if (!number.ok()) return absl::InvalidArgumentError(number.status().message());
  ParameterValue value = *number;
  if (TypeName(spec) == "integer") {
    if (std::trunc(*number) != *number) {
      return absl::InvalidArgumentError(absl::StrCat("`", spec.name, "` must be an integer, but `",
                                                     formula.text(), "` is ", *number));
    }
    value = static_cast<int64_t>(std::clamp(*number, -1e15, 1e15));
  }
  return CheckValue(spec, value);
}

}  // namespace

absl::StatusOr<SpaceRules> SpaceRules::Of(const SearchSpace& space) {
  SpaceRules rules;
  for (const Formula& one : space.constraints) rules.constraints_.push_back(one.expression);
  for (const auto& [spec, formula] : space.derived) {
    rules.derived_.push_back({spec, formula.expression});
  }
  std::vector<const SpaceParameter*> waiting;
  std::set<std::string> unresolved;
  for (const SpaceParameter& parameter : space.parameters) {
    if (!parameter.when) continue;
    waiting.push_back(&parameter);
    unresolved.insert(std::string(parameter.spec->name));
  }
  while (!waiting.empty()) {
    const auto ready = std::ranges::find_if(waiting, [&](const SpaceParameter* parameter) {
      return std::ranges::none_of(parameter->when->expression.names(),
                                  [&](const auto& name) { return unresolved.contains(name); });
    });
    if (ready == waiting.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`when` of `", waiting.front()->spec->name,
                       "` depends on itself, perhaps through that of another parameter"));
    }
    rules.whens_.push_back({(*ready)->spec, (*ready)->when->expression});
    unresolved.erase(std::string((*ready)->spec->name));
    waiting.erase(ready);
  }
  return rules;
}

std::vector<std::set<std::string>> SpaceRules::Tied() const {
  std::vector<std::set<std::string>> tied;
  for (const When& one : whens_) tied.push_back(With(one.condition.names(), *one.spec));
  for (const Derived& one : derived_) tied.push_back(With(one.value.names(), *one.spec));
  for (const Expression& one : constraints_) tied.push_back(one.names());
  return tied;
}

SpaceRules SpaceRules::About(const std::set<std::string>& names) const {
  const auto concerns = [&](const std::set<std::string>& some) {
    return std::ranges::any_of(some, [&](const std::string& name) { return names.contains(name); });
  };
  SpaceRules rules;
  for (const When& one : whens_) {
    if (concerns(With(one.condition.names(), *one.spec))) rules.whens_.push_back(one);
  }
  for (const Derived& one : derived_) {
    if (concerns(With(one.value.names(), *one.spec))) rules.derived_.push_back(one);
  }
  for (const Expression& one : constraints_) {
    if (concerns(one.names())) rules.constraints_.push_back(one);
  }
  return rules;
}

absl::StatusOr<bool> SpaceRules::Resolve(TrialParameters& parameters) const {
  for (const When& one : whens_) {
    if (!one.condition.Truth(parameters)) {
      PutParameter(parameters, *one.spec, DefaultValue(*one.spec));
    }
  }
  for (const Derived& one : derived_) {
    const absl::StatusOr<ParameterValue> value = DerivedValue(*one.spec, one.value, parameters);
    if (!value.ok()) return value.status();
    PutParameter(parameters, *one.spec, *value);
  }
  return std::ranges::all_of(constraints_,
                             [&](const Expression& one) { return one.Truth(parameters); });
}

}  // namespace pathsweep

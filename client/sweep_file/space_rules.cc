#include "client/sweep_file/space_rules.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

std::set<std::string> With(std::set<std::string> names, const ParameterSpec& target) {
  names.insert(std::string(target.name));
  return names;
}

bool Meet(const std::set<std::string>& some, const std::set<std::string>& others) {
  return std::ranges::any_of(some, [&](const std::string& name) { return others.contains(name); });
}

absl::StatusOr<bool> TruthOf(const Expression& formula, const TrialParameters& parameters) {
  absl::StatusOr<bool> truth = formula.Truth(parameters);
  if (!truth.ok()) return absl::InvalidArgumentError(truth.status().message());
  return truth;
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
  std::vector<Step> waiting;
  for (const SpaceParameter& parameter : space.parameters) {
    if (parameter.when) waiting.push_back({parameter.spec, parameter.when->expression, true});
  }
  for (const auto& [spec, formula] : space.derived) {
    waiting.push_back({spec, formula.expression, false});
  }
  std::set<std::string> unset;
  for (const Step& step : waiting) unset.insert(std::string(step.spec->name));
  while (!waiting.empty()) {
    const auto ready = std::ranges::find_if(waiting, [&](const Step& step) {
      return std::ranges::none_of(step.formula.names(),
                                  [&](const std::string& name) { return unset.contains(name); });
    });
    if (ready == waiting.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", waiting.front().spec->name,
                       "` depends on itself, perhaps through another parameter: see its `when` or "
                       "`derive`"));
    }
    unset.erase(std::string(ready->spec->name));
    rules.steps_.push_back(*ready);
    waiting.erase(ready);
  }
  return rules;
}

std::vector<std::set<std::string>> SpaceRules::Tied() const {
  std::vector<std::set<std::string>> tied;
  for (const Step& step : steps_) tied.push_back(With(step.formula.names(), *step.spec));
  for (const Expression& one : constraints_) tied.push_back(one.names());
  return tied;
}

template <typename Chosen>
SpaceRules SpaceRules::Where(const Chosen& chosen) const {
  SpaceRules rules;
  for (const Step& step : steps_) {
    if (chosen(With(step.formula.names(), *step.spec))) rules.steps_.push_back(step);
  }
  for (const Expression& one : constraints_) {
    if (chosen(one.names())) rules.constraints_.push_back(one);
  }
  return rules;
}

SpaceRules SpaceRules::About(const std::set<std::string>& names) const {
  return Where([&](const std::set<std::string>& some) { return Meet(some, names); });
}

SpaceRules SpaceRules::NotAbout(const std::set<std::string>& names) const {
  return Where([&](const std::set<std::string>& some) { return !Meet(some, names); });
}

absl::StatusOr<bool> SpaceRules::Resolve(TrialParameters& parameters) const {
  for (const Step& step : steps_) {
    if (step.is_condition) {
      const absl::StatusOr<bool> holds = TruthOf(step.formula, parameters);
      if (!holds.ok()) return holds.status();
      if (*holds) continue;
      PutParameter(parameters, *step.spec, DefaultValue(*step.spec));
      continue;
    }
    const absl::StatusOr<ParameterValue> value = DerivedValue(*step.spec, step.formula, parameters);
    if (!value.ok()) return value.status();
    PutParameter(parameters, *step.spec, *value);
  }
  // One that does not hold leaves the point out, whatever there is to say of the others.
  absl::StatusOr<bool> all = true;
  for (const Expression& one : constraints_) {
    const absl::StatusOr<bool> holds = TruthOf(one, parameters);
    if (holds.ok() && !*holds) return false;
    if (!holds.ok() && all.ok()) all = holds;
  }
  return all;
}

}  // namespace pathsweep

#include "client/sweep_file/sweep_parameters.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/distribution.h"
#include "base/expression.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/yaml_scalar.h"

namespace pathsweep {
namespace {

constexpr std::array<absl::string_view, 14> kKeys = {
    "value", "values", "distribution",  "min",  "max",   "mu",        "sigma", "a",
    "b",     "q",      "probabilities", "when", "cross", "parameters"};
// Values of a grid that a range of integers or steps may have.
constexpr int64_t kMostSteps = 10'000;

// `5e3` is meant as an integer where one is expected.
ParameterValue WholeRealAsInteger(const ParameterValue& value) {
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || std::trunc(*real) != *real || std::abs(*real) > kExactIntegers) {
    return value;
  }
  return static_cast<int64_t>(*real);
}

// The list's values, each once.
std::vector<ParameterValue> ParseList(const ParameterSpec& spec, const YamlEntry& entry,
                                      Problems& problems) {
  std::vector<ParameterValue> values;
  if (!entry.value.IsSequence()) {
    problems.Add(entry.value_place,
                 absl::StrCat("`values` of `", spec.name, "` must be a list, as in [1, 2]"));
    return values;
  }
  if (entry.value.size() == 0) {
    problems.Add(entry.value_place,
                 absl::StrCat("`", spec.name, "` has no values; write at least one"));
  }
  for (const YAML::Node& node : entry.value) {
    const Place place = PlaceOf(node);
    const std::optional<ParameterValue> value = ParseParameterValue(spec, node, place, problems);
    if (!value) continue;
    if (std::ranges::find(values, *value) != values.end()) {
      problems.Add(place, absl::StrCat("`", spec.name, "` has the value ", FormatValue(*value),
                                       " twice; keep one"));
      continue;
    }
    values.push_back(*value);
  }
  return values;
}

// Parses what one parameter has. Its keys are known, and each is there once.
class ParameterParser {
 public:
  ParameterParser(const ParameterSpec& spec, const YamlEntry& entry, SearchSpace& space,
                  Problems& problems)
      : spec_(spec), entry_(entry), space_(space), problems_(problems) {}

  void Parse() {
    if (!entry_.value.IsMap()) {
      problems_.Add(entry_.value_place, absl::StrCat("write `", spec_.name, ": {value: ...}` or `",
                                                     spec_.name, ": {values: [...]}`"));
      return;
    }
    bool unknown = false;
    ForEachEntry(entry_.value, problems_, [&](const YamlEntry& part) {
      if (std::ranges::find(kKeys, part.key) != kKeys.end()) {
        keys_.emplace(part.key, part);
        return;
      }
      unknown = true;
      problems_.Add(part.key_place,
                    absl::StrCat(UnknownKey(part.key, kKeys), " in `", spec_.name, "`"));
    });
    if (const YamlEntry* nested = Find("parameters")) {
      problems_.Add(nested->key_place, absl::StrCat("`", spec_.name,
                                                    "` has no parameters of its "
                                                    "own; write them beside it"));
    } else if (!unknown) {
      ParseValues();
    }
  }

 private:
  const YamlEntry* Find(const std::string& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : &found->second;
  }

  void ParseValues() {
    const YamlEntry* value = Find("value");
    const YamlEntry* values = Find("values");
    const std::string kind = Kind();
    if (value != nullptr && values != nullptr) {
      problems_.Add(std::max(value->key_place, values->key_place),
                    absl::StrCat("`", spec_.name, "` has `value` and `values`; keep one"));
    } else if (kind == "constant" || (kind.empty() && value != nullptr)) {
      if (value == nullptr) return NeedsValues();
      CheckOthers({"value"}, "one value");
      const auto typed = ParseParameterValue(spec_, value->value, value->value_place, problems_);
      if (typed) Add(*typed);
    } else if (kind == "categorical" || (kind.empty() && values != nullptr)) {
      if (values == nullptr) return NeedsValues();
      CheckOthers({"values", "probabilities"}, "a list of values");
      AddList(ParseList(spec_, *values, problems_));
    } else if (kind.empty()) {
      NeedsValues();
    } else {
      AddDistribution(kind);
    }
  }

  // What stands beside what is meant would be passed over, though it was written to say something.
  void CheckOthers(std::vector<absl::string_view> used, absl::string_view what) {
    used.insert(used.end(), {"distribution", "when", "cross"});
    for (const auto& [key, entry] : keys_) {
      if (std::ranges::find(used, key) != used.end()) continue;
      problems_.Add(entry.key_place, absl::StrCat("`", spec_.name, "` is ", what, ", of which `",
                                                  key, "` says nothing; take it away"));
    }
  }

  void NeedsValues() {
    problems_.Add(entry_.key_place,
                  absl::StrCat("`", spec_.name,
                               "` needs `value` or `values`, or a range with `min` "
                               "and `max`"));
  }

  // As Weights & Biases guess it where it is not said; empty where `value` or `values` say it.
  std::string Kind() {
    if (const YamlEntry* distribution = Find("distribution")) {
      const std::string kind = ScalarOf<std::string>(distribution->value).value_or("");
      return kind == "categorical_w_probabilities" ? "categorical" : kind;
    }
    if (Find("value") != nullptr || Find("values") != nullptr) return "";
    if (Find("min") != nullptr && Find("max") != nullptr) {
      const bool whole =
          ScalarOf<int64_t>(Find("min")->value) && ScalarOf<int64_t>(Find("max")->value);
      const bool steps = Find("q") != nullptr;
      return steps ? "q_uniform" : whole ? "int_uniform" : "uniform";
    }
    if (Find("mu") != nullptr || Find("sigma") != nullptr) {
      return Find("q") != nullptr ? "q_normal" : "normal";
    }
    return "";
  }

  void AddList(const std::vector<ParameterValue>& values) {
    const bool cross = Find("cross") != nullptr && Flag(*Find("cross"));
    const YamlEntry* probabilities = Find("probabilities");
    if (space_.method == SearchSpace::Method::kGrid || cross || probabilities == nullptr) {
      return Add(values, cross);
    }
    if (!probabilities->value.IsSequence()) {
      problems_.Add(probabilities->value_place, "`probabilities` must be a list, as in [0.3, 0.7]");
      return;
    }
    Distribution distribution{.kind = "categorical", .values = values};
    for (const YAML::Node& node : probabilities->value) {
      distribution.probabilities.push_back(RealOf(node).value_or(-1));
    }
    AddChecked(distribution, probabilities->value_place);
  }

  bool Flag(const YamlEntry& entry) {
    const std::optional<bool> flag = ScalarOf<bool>(entry.value);
    if (!flag) problems_.Add(entry.value_place, "`cross` must be true or false");
    return flag.value_or(false);
  }

  void AddDistribution(const std::string& kind) {
    Distribution distribution{.kind = kind};
    const auto [low, high] = NumbersOf(kind);
    const bool has_defaults = low != "min";
    if (low == "a") distribution.low = distribution.high = 1;
    for (const auto& [key, target] : {std::pair(low, &distribution.low),
                                      {high, &distribution.high},
                                      {absl::string_view("q"), &distribution.step}}) {
      const YamlEntry* entry = Find(std::string(key));
      if (entry == nullptr) {
        if (key == "q" || has_defaults) continue;
        problems_.Add(entry_.key_place, absl::StrCat("`", spec_.name, "`: ", kind, " needs `", low,
                                                     "` and `", high, "`"));
        return;
      }
      const std::optional<double> number = RealOf(entry->value);
      if (!number) {
        problems_.Add(entry->value_place, absl::StrCat("`", key, "` must be a number"));
        return;
      }
      *target = *number;
    }
    const auto known = DistributionKinds();
    if (std::ranges::find(known, kind) != known.end()) {
      CheckOthers({low, high, absl::StartsWith(kind, "q_") ? "q" : ""}, kind);
    }
    const YamlEntry* place = Find("distribution");
    AddChecked(distribution, place == nullptr ? entry_.key_place : place->value_place);
  }

  void AddChecked(const Distribution& distribution, Place place) {
    if (absl::Status valid = CheckDistribution(spec_, distribution); !valid.ok()) {
      problems_.Add(place, std::string(valid.message()));
    } else if (space_.method != SearchSpace::Method::kGrid) {
      Add(distribution);
    } else {
      AddSteps(distribution, place);
    }
  }

  // A grid goes through what a range of integers or steps has.
  void AddSteps(const Distribution& distribution, Place place) {
    const bool integers = distribution.kind == "int_uniform";
    const double step = integers ? 1 : distribution.step;
    const double count = (distribution.high - distribution.low) / step + 1;
    if ((!integers && distribution.kind != "q_uniform") || count > kMostSteps) {
      problems_.Add(place, absl::StrCat("a grid cannot go through `", spec_.name,
                                        "`; write its `values`, or `method: random` or `sobol`"));
      return;
    }
    std::vector<ParameterValue> values;
    const double first = std::ceil(distribution.low / step - 1e-9);
    const double last = distribution.high / step + 1e-9;
    for (int i = 0; first + i <= last; ++i) {
      const double value = MultipleOf(step, first + i);
      const ParameterValue typed = TypeName(spec_) == "integer"
                                       ? ParameterValue(static_cast<int64_t>(std::llround(value)))
                                       : ParameterValue(value);
      if (values.empty() || values.back() != typed) values.push_back(typed);
    }
    if (values.empty()) {
      problems_.Add(place, absl::StrCat("`", spec_.name, "`: no multiple of ", step, " is from ",
                                        distribution.low, " to ", distribution.high));
      return;
    }
    Add(values);
  }

  template <typename Values>
  void Add(const Values& values, bool cross = false) {
    SpaceParameter parameter{
        .spec = &spec_, .place = entry_.key_place, .values = values, .cross = cross};
    if (const YamlEntry* when = Find("when")) {
      const std::string text = when->value.IsScalar() ? when->value.Scalar() : "";
      absl::StatusOr<Expression> condition = Expression::Parse(text, Expression::Type::kTruth);
      if (!condition.ok()) {
        problems_.Add(when->value_place, absl::StrCat("`when`: ", condition.status().message()));
        return;
      }
      parameter.when = Formula{*std::move(condition), when->value_place};
    }
    space_.parameters.push_back(std::move(parameter));
  }

  const ParameterSpec& spec_;
  const YamlEntry& entry_;
  SearchSpace& space_;
  Problems& problems_;
  std::map<std::string, YamlEntry> keys_;
};

}  // namespace

std::optional<ParameterValue> ParseParameterValue(const ParameterSpec& spec, const YAML::Node& node,
                                                  Place place, Problems& problems) {
  if (!node.IsScalar()) {
    problems.Add(place, absl::StrCat("`", spec.name, "` must be ", RangeText(spec), ", not ",
                                     node.IsNull()  ? "empty"
                                     : node.IsMap() ? "a map"
                                                    : "a list"));
    return std::nullopt;
  }
  ParameterValue value = ScalarValue(node);
  if (TypeName(spec) == "integer") value = WholeRealAsInteger(value);
  absl::StatusOr<ParameterValue> checked = CheckValue(spec, value);
  if (checked.ok()) return *std::move(checked);
  const bool quotes_hide_it = IsQuoted(node) && TypeName(spec) != "choice";
  problems.Add(place, absl::StrCat(std::string(checked.status().message()),
                                   quotes_hide_it ? "; take the quotes away" : ""));
  return std::nullopt;
}

void ParseFixedParameter(const YamlEntry& entry, SearchSpace& space, ParameterPlaces& places,
                         Problems& problems) {
  if (!places.emplace(entry.key, entry.key_place).second) {
    problems.Add(entry.key_place,
                 absl::StrCat("`", entry.key, "` stands in `parameters` too; keep one"));
    return;
  }
  const ParameterSpec& parameter = *FindParameter(entry.key);
  const auto value = ParseParameterValue(parameter, entry.value, entry.value_place, problems);
  if (value) space.parameters.push_back({&parameter, entry.key_place, *value});
}

void ParseParameters(const YamlEntry& section, SearchSpace& space, ParameterPlaces& places,
                     Problems& problems) {
  if (!section.value.IsMap() || section.value.size() == 0) {
    problems.Add(section.value_place,
                 "`parameters` is empty; write at least one, as in `lr: {values: [1e-3, 3e-3]}`");
    return;
  }
  ForEachEntry(section.value, problems, [&](const YamlEntry& entry) {
    places.emplace(entry.key, entry.key_place);
    if (entry.key == "seed" || entry.key == "seeds") {
      problems.Add(entry.key_place,
                   absl::StrCat("`", entry.key,
                                "` is not a parameter; write `seeds: 3` or `seeds: "
                                "[1, 2, 3]` beside `parameters`"));
      return;
    }
    const ParameterSpec* parameter = FindParameter(entry.key);
    if (parameter == nullptr) {
      problems.Add(entry.key_place, std::string(UnknownParameter(entry.key).message()));
      return;
    }
    ParameterParser(*parameter, entry, space, problems).Parse();
  });
}

}  // namespace pathsweep

#include "client/sweep_parameters.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/parameter_proto.h"
#include "base/trial_parameters.h"
#include "client/yaml_scalar.h"

namespace pathsweep {
namespace {

constexpr std::array<absl::string_view, 2> kKeys = {"value", "values"};
// Keys of Weights & Biases that describe something else than a grid.
constexpr std::array<absl::string_view, 8> kDistributionKeys = {
    "distribution", "min", "max", "mu", "sigma", "q", "probabilities", "parameters"};

// `5e3` is meant as an integer where one is expected.
ParameterValue WholeRealAsInteger(const ParameterValue& value) {
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || std::trunc(*real) != *real || std::abs(*real) > kExactIntegers) {
    return value;
  }
  return static_cast<int64_t>(*real);
}

void AddFixed(const ParameterSpec& spec, const ParameterValue& value, v1::SweepSpec& sweep) {
  v1::Parameter& fixed = *sweep.add_fixed();
  fixed.set_name(std::string(spec.name));
  *fixed.mutable_value() = ToProto(value);
}

void ParseAxis(const ParameterSpec& spec, const YamlEntry& entry, v1::SweepSpec& sweep,
               Problems& problems) {
  if (!entry.value.IsSequence()) {
    problems.Add(entry.value_place,
                 absl::StrCat("`values` of `", spec.name, "` must be a list, as in [1, 2]"));
    return;
  }
  if (entry.value.size() == 0) {
    problems.Add(entry.value_place,
                 absl::StrCat("`", spec.name, "` has no values; write at least one"));
    return;
  }
  v1::Axis& axis = *sweep.add_axes();
  axis.set_name(std::string(spec.name));
  std::map<ParameterValue, Place> seen;
  for (const YAML::Node& node : entry.value) {
    const Place place = PlaceOf(node);
    const std::optional<ParameterValue> value = ParseParameterValue(spec, node, place, problems);
    if (!value) continue;
    if (!seen.emplace(*value, place).second) {
      problems.Add(place, absl::StrCat("`", spec.name, "` has the value ", FormatValue(*value),
                                       " twice; keep one"));
      continue;
    }
    *axis.add_values() = ToProto(*value);
  }
}

absl::Status UnknownKeyOfParameter(const std::string& parameter, const std::string& key) {
  if (std::ranges::find(kDistributionKeys, key) != kDistributionKeys.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", key, "` of `", parameter,
                     "` is not supported: only grids so far; write `value` or `values`"));
  }
  return absl::InvalidArgumentError(absl::StrCat(UnknownKey(key, kKeys), " in `", parameter, "`"));
}

void ParseParameter(const ParameterSpec& spec, const YamlEntry& entry, v1::SweepSpec& sweep,
                    Problems& problems) {
  if (!entry.value.IsMap()) {
    problems.Add(entry.value_place, absl::StrCat("write `", spec.name, ": {value: ...}` or `",
                                                 spec.name, ": {values: [...]}`"));
    return;
  }
  std::vector<YamlEntry> given;
  bool unknown = false;
  ForEachEntry(entry.value, problems, [&](const YamlEntry& part) {
    if (std::ranges::find(kKeys, part.key) != kKeys.end()) {
      given.push_back(part);
    } else {
      unknown = true;
      problems.Add(part.key_place,
                   std::string(UnknownKeyOfParameter(entry.key, part.key).message()));
    }
  });
  if (given.size() > 1) {
    problems.Add(given[1].key_place,
                 absl::StrCat("`", spec.name, "` has `value` and `values`; keep one"));
  } else if (given.empty() && !unknown) {
    problems.Add(entry.key_place, absl::StrCat("`", spec.name, "` needs `value` or `values`"));
  } else if (!given.empty() && given[0].key == "values") {
    ParseAxis(spec, given[0], sweep, problems);
  } else if (!given.empty()) {
    const auto value = ParseParameterValue(spec, given[0].value, given[0].value_place, problems);
    if (value) AddFixed(spec, *value, sweep);
  }
}

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

void ParseFixedParameter(const YamlEntry& entry, v1::SweepSpec& spec, ParameterPlaces& places,
                         Problems& problems) {
  if (!places.emplace(entry.key, entry.key_place).second) {
    problems.Add(entry.key_place,
                 absl::StrCat("`", entry.key, "` stands in `parameters` too; keep one"));
    return;
  }
  const ParameterSpec& parameter = *FindParameter(entry.key);
  const auto value = ParseParameterValue(parameter, entry.value, entry.value_place, problems);
  if (value) AddFixed(parameter, *value, spec);
}

void ParseParameters(const YamlEntry& section, v1::SweepSpec& spec, ParameterPlaces& places,
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
    ParseParameter(*parameter, entry, spec, problems);
  });
}

}  // namespace pathsweep

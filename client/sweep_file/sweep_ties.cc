#include "client/sweep_file/sweep_ties.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/expression.h"
#include "base/trial_parameters.h"

namespace pathsweep {
namespace {

std::optional<Formula> FormulaFrom(const YAML::Node& node, Place place, Expression::Type type,
                                   Problems& problems) {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  absl::StatusOr<Expression> expression = Expression::Parse(text, type);
  if (expression.ok()) return Formula{*std::move(expression), place};
  problems.Add(place, absl::StrCat("`", text, "`: ", expression.status().message()));
  return std::nullopt;
}

}  // namespace

void ParseZip(const YamlEntry& entry, SearchSpace& space, Problems& problems) {
  bool lists = entry.value.IsSequence();
  for (const YAML::Node& group : entry.value) {
    std::vector<std::string> names;
    lists = lists && group.IsSequence();
    if (!lists) break;
    for (const YAML::Node& name : group) {
      names.push_back(name.IsScalar() ? name.Scalar() : "");
      if (FindParameter(names.back()) != nullptr) continue;
      problems.Add(PlaceOf(name), std::string(UnknownParameter(names.back()).message()));
    }
    lists = lists && names.size() > 1;
    space.zips.emplace_back(std::move(names), PlaceOf(group));
  }
  if (!lists) {
    problems.Add(entry.value_place,
                 "`zip` is a list of lists of parameters, as in [[width, heads]]");
  }
}

void ParseConstraints(const YamlEntry& entry, SearchSpace& space, Problems& problems) {
  if (!entry.value.IsSequence()) {
    problems.Add(entry.value_place,
                 "`constraints` is a list of formulas, as in [width % heads == 0]");
    return;
  }
  for (const YAML::Node& node : entry.value) {
    auto formula = FormulaFrom(node, PlaceOf(node), Expression::Type::kTruth, problems);
    if (formula) space.constraints.push_back(*std::move(formula));
  }
}

void ParseDerive(const YamlEntry& entry, SearchSpace& space, Problems& problems) {
  if (!entry.value.IsMap()) {
    problems.Add(entry.value_place, "`derive` is a map, as in {width: 64 * heads}");
    return;
  }
  ForEachEntry(entry.value, problems, [&](const YamlEntry& part) {
    const ParameterSpec* spec = FindParameter(part.key);
    if (spec == nullptr) {
      problems.Add(part.key_place, std::string(UnknownParameter(part.key).message()));
    } else if (TypeName(*spec) != "integer" && TypeName(*spec) != "real") {
      problems.Add(part.key_place, absl::StrCat("`", part.key, "` is ", RangeText(*spec),
                                                ", which no formula gives"));
    } else if (auto formula =
                   FormulaFrom(part.value, part.value_place, Expression::Type::kNumber, problems)) {
      space.derived.emplace_back(spec, *std::move(formula));
    }
  });
}

}  // namespace pathsweep

#include "client/sweep_file/sweep_claims.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/expression.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/sweep_parameters.h"
#include "client/sweep_file/yaml_scalar.h"

namespace pathsweep {
namespace {

constexpr std::array<absl::string_view, 7> kKeys = {
    "where", "metric", "at_most", "at_least", "compare", "over", "difference_at_least"};

// Parses one claim.
class ClaimParser {
 public:
  ClaimParser(v1::Claim& claim, Problems& problems) : claim_(claim), problems_(problems) {}

  void Parse(const YamlEntry& entry);

 private:
  void Visit(const YamlEntry& entry);
  void Where(const YamlEntry& entry);
  void Condition(const YamlEntry& entry);
  void Range(const YamlEntry& entry, v1::ClaimCondition& condition);
  void Metric(const YamlEntry& entry);
  void Compare(const YamlEntry& over);
  // A formula for a number, or a problem.
  std::optional<std::string> Formula(const YamlEntry& entry);

  v1::Claim& claim_;
  Problems& problems_;
  // Those of a bound or a comparison, by key.
  std::map<std::string, YamlEntry> statement_;
};

void ClaimParser::Parse(const YamlEntry& entry) {
  if (!entry.value.IsMap()) {
    problems_.Add(entry.value_place, absl::StrCat("write `", entry.key,
                                                  ": {where: {...}, metric: ..., at_least: ...}`"));
    return;
  }
  ForEachEntry(entry.value, problems_, [this](const YamlEntry& part) { Visit(part); });
  const auto has = [this](const char* key) { return statement_.contains(key); };
  const int comparing = has("compare") + has("over") + has("difference_at_least");
  if (has("at_most") + has("at_least") + (comparing == 3) != 1 || comparing % 3 != 0) {
    problems_.Add(entry.key_place,
                  absl::StrCat("claim `", entry.key,
                               "` needs one of `at_most`, `at_least`, or the three `compare`, "
                               "`over` and `difference_at_least`"));
    return;
  }
  if (comparing == 3) return Compare(statement_.at("over"));
  const bool at_most = has("at_most");
  const auto bound = Formula(statement_.at(at_most ? "at_most" : "at_least"));
  if (bound) at_most ? claim_.set_at_most(*bound) : claim_.set_at_least(*bound);
}

void ClaimParser::Visit(const YamlEntry& entry) {
  if (entry.key == "where") return Where(entry);
  if (entry.key == "metric") return Metric(entry);
  for (absl::string_view key : kKeys) {
    if (key != entry.key) continue;
    statement_.emplace(entry.key, entry);
    return;
  }
  problems_.Add(entry.key_place,
                absl::StrCat(UnknownKey(entry.key, kKeys), " in claim `", claim_.name(), "`"));
}

void ClaimParser::Where(const YamlEntry& entry) {
  if (!entry.value.IsMap()) {
    problems_.Add(entry.value_place,
                  "`where` is a map, as in {objective: standard, lr: {min: 1e-4, max: 1e-2}}");
    return;
  }
  ForEachEntry(entry.value, problems_, [this](const YamlEntry& part) { Condition(part); });
}

void ClaimParser::Condition(const YamlEntry& entry) {
  const ParameterSpec* spec = FindParameter(entry.key);
  if (spec == nullptr) {
    problems_.Add(entry.key_place, std::string(UnknownParameter(entry.key).message()));
    return;
  }
  v1::ClaimCondition& condition = *claim_.add_where();
  condition.set_parameter(entry.key);
  if (entry.value.IsMap()) return Range(entry, condition);
  std::vector<YAML::Node> nodes;
  for (const YAML::Node& node : entry.value) nodes.push_back(node);
  if (!entry.value.IsSequence()) nodes = {entry.value};
  if (nodes.empty()) problems_.Add(entry.value_place, "no value fits an empty list; write one");
  for (const YAML::Node& node : nodes) {
    const Place place = entry.value.IsSequence() ? PlaceOf(node) : entry.value_place;
    const auto value = ParseParameterValue(*spec, node, place, problems_);
    if (value) *condition.add_values() = ToProto(*value);
  }
}

void ClaimParser::Range(const YamlEntry& entry, v1::ClaimCondition& condition) {
  ForEachEntry(entry.value, problems_, [&](const YamlEntry& end) {
    const std::optional<double> number = RealOf(end.value);
    if (end.key != "min" && end.key != "max") {
      problems_.Add(end.key_place,
                    absl::StrCat(UnknownKey(end.key, {"min", "max"}), " in a range"));
    } else if (!number) {
      problems_.Add(end.value_place, absl::StrCat("`", end.key, "` must be a number"));
    } else {
      end.key == "min" ? condition.set_lowest(*number) : condition.set_highest(*number);
    }
  });
}

void ClaimParser::Metric(const YamlEntry& entry) {
  const std::string name = entry.value.IsScalar() ? entry.value.Scalar() : "";
  if (absl::Status status = CheckMetricName(name); !status.ok()) {
    problems_.Add(entry.value_place, std::string(status.message()));
  }
  claim_.set_metric(name);
}

void ClaimParser::Compare(const YamlEntry& over) {
  const std::string name = over.value.IsScalar() ? over.value.Scalar() : "";
  const ParameterSpec* spec = FindParameter(name);
  if (spec == nullptr) {
    problems_.Add(over.value_place, std::string(UnknownParameter(name).message()));
    return;
  }
  v1::Comparison& comparison = *claim_.mutable_comparison();
  comparison.set_over(name);
  const YamlEntry& compare = statement_.at("compare");
  if (!compare.value.IsSequence() || compare.value.size() != 2) {
    problems_.Add(compare.value_place, "`compare` must be a list of two values");
    return;
  }
  const auto value = [&](int i) {
    return ParseParameterValue(*spec, compare.value[i], PlaceOf(compare.value[i]), problems_);
  };
  if (const auto first = value(0)) *comparison.mutable_first() = ToProto(*first);
  if (const auto second = value(1)) *comparison.mutable_second() = ToProto(*second);
  const auto bound = Formula(statement_.at("difference_at_least"));
  if (bound) comparison.set_difference_at_least(*bound);
}

std::optional<std::string> ClaimParser::Formula(const YamlEntry& entry) {
  std::string text = entry.value.IsScalar() ? entry.value.Scalar() : "";
  const absl::Status status = Expression::Parse(text, Expression::Type::kNumber).status();
  if (status.ok()) return text;
  problems_.Add(entry.value_place, absl::StrCat("`", entry.key, "`: ", status.message()));
  return std::nullopt;
}

}  // namespace

void ParseClaims(const YamlEntry& section, v1::SweepSpec& spec, ClaimPlaces& places,
                 Problems& problems) {
  if (!section.value.IsMap()) {
    problems.Add(section.value_place,
                 "`claims` is a map, as in {reverse_solves: {where: {objective: reverse}, metric: "
                 "exact_match, at_least: 0.95}}");
    return;
  }
  ForEachEntry(section.value, problems, [&](const YamlEntry& entry) {
    places.emplace(entry.key, entry.key_place);
    v1::Claim& claim = *spec.add_claims();
    claim.set_name(entry.key);
    ClaimParser(claim, problems).Parse(entry);
  });
}

}  // namespace pathsweep

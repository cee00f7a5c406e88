#include "coordinator/store/spec_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "base/trial_parameters.h"
#include "coordinator/store/claim_json.h"

namespace pathsweep {
namespace {

using nlohmann::ordered_json;

ordered_json ToJson(const std::vector<GridAxis>& axes) {
  ordered_json json = ordered_json::array();
  for (const GridAxis& axis : axes) {
    ordered_json values = ordered_json::array();
    for (const ParameterValue& value : axis.values) values.push_back(ValueToJson(value));
    json.push_back({{"name", axis.name}, {"values", values}});
  }
  return json;
}

std::vector<GridAxis> AxesFromJson(const ordered_json& json) {
  std::vector<GridAxis> axes;
  for (const ordered_json& axis : json) {
    GridAxis& added = axes.emplace_back();
    added.name = axis.at("name");
    for (const ordered_json& value : axis.at("values")) {
      added.values.push_back(ValueFromJson(value));
    }
  }
  return axes;
}

ordered_json ToJson(const JointAxis& axis) {
  ordered_json points = ordered_json::array();
  for (const JointAxis::Point& point : axis.points()) {
    ordered_json values = ordered_json::array();
    for (const ParameterValue& value : point) values.push_back(ValueToJson(value));
    points.push_back(std::move(values));
  }
  return {{"names", axis.names()}, {"points", std::move(points)}};
}

JointAxis JointFromJson(const ordered_json& json) {
  std::vector<JointAxis::Point> points;
  for (const ordered_json& values : json.at("points")) {
    JointAxis::Point& point = points.emplace_back();
    for (const ordered_json& value : values) point.push_back(ValueFromJson(value));
  }
  return JointAxis(json.at("names").get<std::vector<std::string>>(), std::move(points));
}

ordered_json ToJson(const Search& search) {
  ordered_json json = {{"method", std::string(Name(search.method))},
                       {"points", search.points},
                       {"seed", search.seed},
                       {"maximize", search.maximize},
                       {"claim", search.claim},
                       {"fresh_seeds", search.fresh_seeds}};
  for (const JointAxis& axis : search.groups) json["groups"].push_back(ToJson(axis));
  return json;
}

Search SearchFromJson(const ordered_json& json) {
  Search search{.method = SearchMethodFromName(json.at("method").get<std::string>()),
                .points = json.at("points"),
                .seed = json.at("seed"),
                .maximize = json.at("maximize"),
                .claim = json.at("claim"),
                .fresh_seeds = json.at("fresh_seeds")};
  for (const ordered_json& axis : json.at("groups")) search.groups.push_back(JointFromJson(axis));
  return search;
}

ordered_json ToJson(const EarlyStopping& rules) {
  ordered_json json = {{"maximize", rules.maximize}};
  if (const auto& rule = rules.hyperband) {
    json[kHyperband] = {{"first", rule->first},
                        {"eta", rule->eta},
                        {"rungs", rule->rungs},
                        {"pauses", rule->pauses}};
  }
  if (rules.median) json[kMedian] = {{"first", rules.median->first}};
  if (rules.futility) json[kFutility] = {{"level", rules.futility->level}};
  if (rules.solved) json[kSolved] = {{"evaluations", rules.solved->evaluations}};
  if (const auto& rule = rules.plateau) {
    json[kPlateau] = {{"evaluations", rule->evaluations}, {"least", rule->least}};
  }
  return json;
}

EarlyStopping EarlyStoppingFromJson(const ordered_json& json) {
  EarlyStopping rules{.maximize = json.at("maximize")};
  if (json.contains(kHyperband)) {
    const ordered_json& rule = json[kHyperband];
    rules.hyperband = {rule.at("first"), rule.at("eta"), rule.at("rungs"), rule.at("pauses")};
  }
  if (json.contains(kMedian)) rules.median = {json[kMedian].at("first")};
  if (json.contains(kFutility)) rules.futility = {json[kFutility].at("level")};
  if (json.contains(kSolved)) rules.solved = {json[kSolved].at("evaluations")};
  if (json.contains(kPlateau)) {
    rules.plateau = {json[kPlateau].at("evaluations"), json[kPlateau].at("least")};
  }
  return rules;
}

std::string Text(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

absl::Status ReadGrid(const ordered_json& json, Grid& grid) {
  for (const auto& [name, value] : json.at("fixed").items()) {
    absl::Status set = SetParameter(grid.fixed, name, ValueFromJson(value));
    if (!set.ok()) return set;
  }
  grid.axes = AxesFromJson(json.at("axes"));
  if (json.contains("joint")) {
    for (const ordered_json& axis : json["joint"]) grid.joint.push_back(JointFromJson(axis));
  }
  grid.seeds = json.at("seeds").get<std::vector<int64_t>>();
  return CheckGrid(grid);
}

}  // namespace

std::string SpecToJson(const SweepSpec& spec) {
  ordered_json json;
  json["name"] = spec.name;
  json["description"] = spec.description;
  json["metric"] = spec.metric;
  json["max_attempts"] = spec.max_attempts;
  json["priority"] = spec.priority;
  json["max_parallel"] = spec.max_parallel;
  json["lease_seconds"] = absl::ToDoubleSeconds(spec.lease);
  json["checkpoint_seconds"] = absl::ToDoubleSeconds(spec.checkpoint_interval);
  json["keep_checkpoint"] = std::string(Name(spec.keep_checkpoint));
  json["reuse"] = spec.reuse;
  json["seeds"] = spec.grid.seeds;
  json["axes"] = ToJson(spec.grid.axes);
  for (const JointAxis& axis : spec.grid.joint) json["joint"].push_back(ToJson(axis));
  if (spec.most_seeds > 0) json["most_seeds"] = spec.most_seeds;
  if (!spec.claims.empty()) json["claims"] = ClaimsToJson(spec.claims);
  if (spec.search) json["search"] = ToJson(*spec.search);
  if (spec.early_stopping) json["early_stopping"] = ToJson(*spec.early_stopping);
  if (!spec.source.empty()) json["source"] = spec.source;
  for (const ParameterSpec& parameter : TrialParameterTable()) {
    json["fixed"][std::string(parameter.name)] =
        ValueToJson(GetParameter(spec.grid.fixed, parameter));
  }
  return Text(json);
}

absl::StatusOr<SweepSpec> SpecFromJson(absl::string_view text) {
  try {
    const ordered_json json = ordered_json::parse(text);
    SweepSpec spec;
    spec.name = json.at("name");
    spec.description = json.at("description");
    spec.metric = json.at("metric");
    spec.max_attempts = json.at("max_attempts");
    spec.source = json.value("source", "");     // since schema 10
    spec.priority = json.value("priority", 0);  // since schema 2
    spec.max_parallel = json.value("max_parallel", int64_t{0});
    spec.lease = absl::Seconds(json.value("lease_seconds", 0.0));  // since schema 3, as the next
    spec.checkpoint_interval = absl::Seconds(json.value("checkpoint_seconds", 60.0));
    // Before schema 5 it was a flag.
    const std::string keep = json.value("keep_checkpoints", false) ? "newest" : "none";
    spec.keep_checkpoint =
        KeepCheckpointFromName(json.value("keep_checkpoint", keep)).value_or(KeepCheckpoint::kNone);
    spec.reuse = json.value("reuse", false);
    absl::Status grid = ReadGrid(json, spec.grid);
    if (!grid.ok()) {
      return absl::DataLossError(absl::StrCat("stored sweep spec: ", grid.message()));
    }
    spec.most_seeds = json.value("most_seeds", int64_t{0});  // since schema 7
    if (json.contains("claims")) {
      absl::StatusOr<std::vector<Claim>> claims = ClaimsFromJson(json["claims"]);
      if (!claims.ok()) {
        return absl::DataLossError(absl::StrCat("stored sweep spec: ", claims.status().message()));
      }
      spec.claims = *std::move(claims);
    }
    if (json.contains("search")) spec.search = SearchFromJson(json["search"]);  // since schema 8
    if (json.contains("early_stopping")) {                                      // since schema 9
      spec.early_stopping = EarlyStoppingFromJson(json["early_stopping"]);
    }
    return spec;
  } catch (const ordered_json::exception& error) {
    return absl::DataLossError(absl::StrCat("stored sweep spec: ", error.what()));
  }
}

std::string ExtensionToJson(const Extension& extension) {
  ordered_json json = {{"axes", ToJson(extension.axes)}, {"seeds", extension.seeds}};
  for (const MoreSeeds& more : extension.more_seeds) {
    json["more_seeds"].push_back({{"configs", more.configs}, {"seeds", more.seeds}});
  }
  if (extension.points) json["points"] = ToJson(*extension.points);
  if (extension.ends_search) json["ends_search"] = true;
  return Text(json);
}

absl::StatusOr<Extension> ExtensionFromJson(absl::string_view text) {
  try {
    const ordered_json json = ordered_json::parse(text);
    Extension extension{AxesFromJson(json.at("axes")), json.at("seeds"), {}};
    if (json.contains("points")) extension.points = JointFromJson(json["points"]);
    extension.ends_search = json.value("ends_search", false);
    if (!json.contains("more_seeds")) return extension;
    for (const ordered_json& more : json["more_seeds"]) {
      extension.more_seeds.push_back({more.at("configs"), more.at("seeds")});
    }
    return extension;
  } catch (const ordered_json::exception& error) {
    return absl::DataLossError(absl::StrCat("stored extension of a sweep: ", error.what()));
  }
}

}  // namespace pathsweep

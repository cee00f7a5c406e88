#include "coordinator/store/claim_json.h"

#include <cmath>
#include <string>
#include <utility>

namespace pathsweep {
namespace {

using nlohmann::ordered_json;

ordered_json ToJson(const ClaimCondition& condition) {
  ordered_json json = {{"parameter", condition.parameter}};
  for (const ParameterValue& value : condition.values) json["values"].push_back(ValueToJson(value));
  if (std::isfinite(condition.lowest)) json["lowest"] = condition.lowest;
  if (std::isfinite(condition.highest)) json["highest"] = condition.highest;
  return json;
}

ClaimCondition ConditionFromJson(const ordered_json& json) {
  ClaimCondition condition{.parameter = json.at("parameter")};
  if (json.contains("values")) {
    for (const ordered_json& value : json["values"]) {
      condition.values.push_back(ValueFromJson(value));
    }
  }
  condition.lowest = json.value("lowest", condition.lowest);
  condition.highest = json.value("highest", condition.highest);
  return condition;
}

ordered_json ToJson(const Claim& claim) {
  ordered_json json = {{"name", claim.name}, {"metric", claim.metric}};
  json["where"] = ordered_json::array();
  for (const ClaimCondition& condition : claim.where) json["where"].push_back(ToJson(condition));
  if (const auto* bound = std::get_if<BoundClaim>(&claim.statement)) {
    json[bound->side == BoundClaim::Side::kAtMost ? "at_most" : "at_least"] = bound->bound.text();
    return json;
  }
  const auto& comparison = std::get<ComparisonClaim>(claim.statement);
  json["over"] = comparison.over;
  json["compare"] = {ValueToJson(comparison.first), ValueToJson(comparison.second)};
  json["difference_at_least"] = comparison.difference_at_least.text();
  return json;
}

absl::StatusOr<Claim> ClaimFromJson(const ordered_json& json) {
  Claim claim{.name = json.at("name"), .metric = json.at("metric")};
  for (const ordered_json& condition : json.at("where")) {
    claim.where.push_back(ConditionFromJson(condition));
  }
  const auto bound = [&](const char* key) {
    return Expression::Parse(json.at(key).get<std::string>(), Expression::Type::kNumber);
  };
  if (json.contains("compare")) {
    absl::StatusOr<Expression> difference = bound("difference_at_least");
    if (!difference.ok()) return difference.status();
    claim.statement = ComparisonClaim{json.at("over"), ValueFromJson(json["compare"].at(0)),
                                      ValueFromJson(json["compare"].at(1)), *std::move(difference)};
  } else {
    const bool at_most = json.contains("at_most");
    absl::StatusOr<Expression> value = bound(at_most ? "at_most" : "at_least");
    if (!value.ok()) return value.status();
    claim.statement = BoundClaim{at_most ? BoundClaim::Side::kAtMost : BoundClaim::Side::kAtLeast,
                                 *std::move(value)};
  }
  if (absl::Status valid = CheckClaim(claim); !valid.ok()) return valid;
  return claim;
}

}  // namespace

ordered_json ValueToJson(const ParameterValue& value) {
  return std::visit([](const auto& typed) -> ordered_json { return typed; }, value);
}

ParameterValue ValueFromJson(const ordered_json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

ordered_json ClaimsToJson(const std::vector<Claim>& claims) {
  ordered_json json = ordered_json::array();
  for (const Claim& claim : claims) json.push_back(ToJson(claim));
  return json;
}

absl::StatusOr<std::vector<Claim>> ClaimsFromJson(const ordered_json& json) {
  std::vector<Claim> claims;
  for (const ordered_json& one : json) {
    absl::StatusOr<Claim> claim = ClaimFromJson(one);
    if (!claim.ok()) return claim.status();
    claims.push_back(*std::move(claim));
  }
  return claims;
}

}  // namespace pathsweep

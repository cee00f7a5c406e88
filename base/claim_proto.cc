#include "base/claim_proto.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

constexpr int kMostClaims = 100;

absl::Status Problem(const v1::Claim& claim, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("claim `", claim.name(), "`: ", what));
}

// In the parameter's own type.
absl::StatusOr<ParameterValue> TypedValue(const std::string& parameter,
                                          const v1::ParameterValue& proto) {
  const ParameterSpec* spec = FindParameter(parameter);
  if (spec == nullptr) return UnknownParameter(parameter);
  absl::StatusOr<ParameterValue> value = FromProto(proto);
  return value.ok() ? CheckValue(*spec, *value) : value;
}

absl::StatusOr<ClaimCondition> FromProto(const v1::ClaimCondition& proto) {
  ClaimCondition condition{.parameter = proto.parameter()};
  for (const v1::ParameterValue& one : proto.values()) {
    absl::StatusOr<ParameterValue> value = TypedValue(proto.parameter(), one);
    if (!value.ok()) return value.status();
    condition.values.push_back(*std::move(value));
  }
  if (proto.has_lowest()) condition.lowest = proto.lowest();
  if (proto.has_highest()) condition.highest = proto.highest();
  return condition;
}

absl::StatusOr<ComparisonClaim> FromProto(const v1::Comparison& proto) {
  absl::StatusOr<ParameterValue> first = TypedValue(proto.over(), proto.first());
  if (!first.ok()) return first.status();
  absl::StatusOr<ParameterValue> second = TypedValue(proto.over(), proto.second());
  if (!second.ok()) return second.status();
  absl::StatusOr<Expression> bound =
      Expression::Parse(proto.difference_at_least(), Expression::Type::kNumber);
  if (!bound.ok()) return bound.status();
  return ComparisonClaim{proto.over(), *std::move(first), *std::move(second), *std::move(bound)};
}

absl::StatusOr<std::variant<BoundClaim, ComparisonClaim>> StatementFromProto(
    const v1::Claim& proto) {
  if (proto.has_comparison()) return FromProto(proto.comparison());
  if (proto.statement_case() == v1::Claim::STATEMENT_NOT_SET) {
    return absl::InvalidArgumentError(
        "it states nothing; write `at_most`, `at_least`, or `compare` with `over` and "
        "`difference_at_least`");
  }
  const bool at_most = proto.has_at_most();
  absl::StatusOr<Expression> bound =
      Expression::Parse(at_most ? proto.at_most() : proto.at_least(), Expression::Type::kNumber);
  if (!bound.ok()) return bound.status();
  return BoundClaim{at_most ? BoundClaim::Side::kAtMost : BoundClaim::Side::kAtLeast,
                    *std::move(bound)};
}

v1::ClaimCondition ToProto(const ClaimCondition& condition) {
  v1::ClaimCondition proto;
  proto.set_parameter(condition.parameter);
  for (const ParameterValue& value : condition.values)
    *proto.add_values() = pathsweep::ToProto(value);
  if (std::isfinite(condition.lowest)) proto.set_lowest(condition.lowest);
  if (std::isfinite(condition.highest)) proto.set_highest(condition.highest);
  return proto;
}

}  // namespace

v1::Claim ToProto(const Claim& claim) {
  v1::Claim proto;
  proto.set_name(claim.name);
  proto.set_metric(claim.metric);
  for (const ClaimCondition& condition : claim.where) *proto.add_where() = ToProto(condition);
  if (const auto* bound = std::get_if<BoundClaim>(&claim.statement)) {
    bound->side == BoundClaim::Side::kAtMost ? proto.set_at_most(bound->bound.text())
                                             : proto.set_at_least(bound->bound.text());
    return proto;
  }
  const auto& comparison = std::get<ComparisonClaim>(claim.statement);
  v1::Comparison& to = *proto.mutable_comparison();
  to.set_over(comparison.over);
  *to.mutable_first() = ToProto(comparison.first);
  *to.mutable_second() = ToProto(comparison.second);
  to.set_difference_at_least(comparison.difference_at_least.text());
  return proto;
}

absl::StatusOr<std::vector<ClaimCondition>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::ClaimCondition>& protos) {
  std::vector<ClaimCondition> conditions;
  for (const v1::ClaimCondition& proto : protos) {
    absl::StatusOr<ClaimCondition> condition = FromProto(proto);
    if (!condition.ok()) return condition.status();
    if (absl::Status valid = CheckCondition(*condition); !valid.ok()) return valid;
    if (std::ranges::find(conditions, condition->parameter, &ClaimCondition::parameter) !=
        conditions.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", condition->parameter, "` is restricted twice"));
    }
    conditions.push_back(*std::move(condition));
  }
  return conditions;
}

absl::StatusOr<Claim> FromProto(const v1::Claim& proto, const std::string& sweep_metric) {
  Claim claim{.name = proto.name(),
              .metric = proto.metric().empty() ? sweep_metric : proto.metric()};
  for (const v1::ClaimCondition& one : proto.where()) {
    absl::StatusOr<ClaimCondition> condition = FromProto(one);
    if (!condition.ok()) return Problem(proto, std::string(condition.status().message()));
    claim.where.push_back(*std::move(condition));
  }
  auto statement = StatementFromProto(proto);
  if (!statement.ok()) return Problem(proto, std::string(statement.status().message()));
  claim.statement = *std::move(statement);
  if (absl::Status valid = CheckClaim(claim); !valid.ok()) return valid;
  return claim;
}

absl::Status CheckMostSeeds(const v1::SweepSpec& spec) {
  const int64_t most = spec.most_seeds();
  if (most == 0) return absl::OkStatus();
  const auto& seeds = spec.seeds();
  if (spec.claims().empty()) {
    return absl::InvalidArgumentError("`until: decided` needs `claims` that are to be decided");
  }
  if (seeds.size() < 2 || most <= seeds.size() || most > kMostSeeds) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`seeds` until claims are decided must be from at least 2 up to more, at most ", kMostSeeds,
        "; not from ", seeds.size(), " up to ", most));
  }
  if (*std::ranges::max_element(seeds) > kHighestSeed) {
    return absl::InvalidArgumentError(
        absl::StrCat("seeds above ", kHighestSeed, " leave no room for more"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Claim>> ClaimsFromProto(const v1::SweepSpec& spec, const Grid& grid) {
  if (spec.claims_size() > kMostClaims) {
    return absl::InvalidArgumentError(
        absl::StrCat("a sweep has at most ", kMostClaims, " claims, not ", spec.claims_size()));
  }
  if (absl::Status most = CheckMostSeeds(spec); !most.ok()) return most;
  const std::string metric = spec.metric().empty() ? std::string(kExactMatch) : spec.metric();
  std::vector<Claim> claims;
  for (const v1::Claim& proto : spec.claims()) {
    absl::StatusOr<Claim> claim = FromProto(proto, metric);
    if (!claim.ok()) return claim.status();
    claims.push_back(*std::move(claim));
  }
  if (absl::Status valid = CheckClaims(claims, grid); !valid.ok()) return valid;
  return claims;
}

}  // namespace pathsweep

#include "client/views/claim_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

std::string ConditionText(const v1::ClaimCondition& condition) {
  const std::string& name = condition.parameter();
  if (condition.values_size() == 1) return absl::StrCat(name, " = ", ToText(condition.values(0)));
  if (condition.values_size() > 1) {
    return absl::StrCat(name, " in {",
                        absl::StrJoin(condition.values(), ", ",
                                      [](std::string* out, const v1::ParameterValue& value) {
                                        absl::StrAppend(out, ToText(value));
                                      }),
                        "}");
  }
  return absl::StrCat(
      condition.has_lowest() ? absl::StrCat(ShortNumber(condition.lowest()), " ≤ ") : "", name,
      condition.has_highest() ? absl::StrCat(" ≤ ", ShortNumber(condition.highest())) : "");
}

}  // namespace

std::string StatementText(const v1::Claim& claim) {
  std::string text;
  if (claim.has_comparison()) {
    const v1::Comparison& comparison = claim.comparison();
    text = absl::StrCat(claim.metric(), " of ", comparison.over(), " = ",
                        ToText(comparison.first()), " − that of ", ToText(comparison.second()),
                        " ≥ ", comparison.difference_at_least());
  } else {
    text = absl::StrCat(claim.metric(), claim.has_at_most() ? " ≤ " : " ≥ ",
                        claim.has_at_most() ? claim.at_most() : claim.at_least());
  }
  if (claim.where().empty()) return text;
  return absl::StrCat(
      text, " where ",
      absl::StrJoin(claim.where(), ", ", [](std::string* out, const v1::ClaimCondition& condition) {
        absl::StrAppend(out, ConditionText(condition));
      }));
}

}  // namespace pathsweep

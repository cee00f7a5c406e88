#include "base/metrics.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"

namespace pathsweep {
namespace {

constexpr std::array<absl::string_view, 8> kNames = {
    kExactMatch, "token_accuracy", "first_step_accuracy", "forced_token_accuracy",
    "cheat_gap", "test_loss",      "train_loss",          kSamplesPerSecond};

// Followed by a position.
constexpr std::array<absl::string_view, 2> kFamilies = {"position_accuracy/",
                                                        "forced_position_accuracy/"};

bool IsOfFamily(absl::string_view name, absl::string_view family) {
  const absl::string_view position = name.substr(std::min(family.size(), name.size()));
  return absl::StartsWith(name, family) && !position.empty() &&
         std::ranges::all_of(position, absl::ascii_isdigit);
}

}  // namespace

MetricRange RangeOfMetric(absl::string_view name) {
  if (name == kExactMatch || absl::StrContains(name, "accuracy")) return {0, 1};
  if (name == "cheat_gap") return {-1, 1};
  if (absl::EndsWith(name, "_loss") || name == kSamplesPerSecond) return {.lowest = 0};
  return {};
}

bool IsLowerBetter(absl::string_view name) {
  return absl::EndsWith(name, "loss") || name == "cheat_gap";
}

absl::Status CheckMetricName(absl::string_view name) {
  const auto is_family = [&](absl::string_view family) { return IsOfFamily(name, family); };
  if (std::ranges::find(kNames, name) != kNames.end() ||
      std::ranges::any_of(kFamilies, is_family)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown metric `", name, "`", DidYouMean(name, kNames)));
}

}  // namespace pathsweep

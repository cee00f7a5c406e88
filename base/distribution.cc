#include "base/distribution.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/suggest.h"

namespace pathsweep {
namespace {

constexpr std::array<absl::string_view, 16> kKinds = {"categorical",
                                                      "int_uniform",
                                                      "uniform",
                                                      "q_uniform",
                                                      "log_uniform",
                                                      "q_log_uniform",
                                                      "normal",
                                                      "q_normal",
                                                      "log_normal",
                                                      "q_log_normal",
                                                      "beta",
                                                      "q_beta",
                                                      "inv_log_uniform",
                                                      "inv_log_uniform_values",
                                                      "log_uniform_values",
                                                      "q_log_uniform_values"};

constexpr double kHighestShape = 1e6;  // of beta

absl::Status Problem(const ParameterSpec& spec, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("`", spec.name, "`: ", what));
}

bool IsSteps(absl::string_view kind) { return absl::StartsWith(kind, "q_"); }

absl::string_view WithoutSteps(absl::string_view kind) { return absl::StripPrefix(kind, "q_"); }

double RealAt(absl::string_view kind, double low, double high, double share) {
  const absl::string_view base = WithoutSteps(kind);
  if (base == "int_uniform") return std::floor(low + share * (high - low + 1));
  if (base == "log_uniform") return std::exp(std::lerp(low, high, share));
  if (base == "log_uniform_values") {
    return std::exp(std::lerp(std::log(low), std::log(high), share));
  }
  if (base == "inv_log_uniform") return std::exp(-std::lerp(high, low, share));
  if (base == "inv_log_uniform_values") {
    // log(1/x) is uniform, so log(x) is too.
    return std::exp(std::lerp(std::log(low), std::log(high), share));
  }
  if (base == "normal") return boost::math::quantile(boost::math::normal(low, high), share);
  if (base == "log_normal") {
    return std::exp(boost::math::quantile(boost::math::normal(low, high), share));
  }
  if (base == "beta") {
    return boost::math::quantile(boost::math::beta_distribution<>(low, high), share);
  }
  return std::lerp(low, high, share);
}

const ParameterValue& CategoryAt(const Distribution& distribution, double share) {
  const size_t count = distribution.values.size();
  if (distribution.probabilities.empty()) {
    return distribution
        .values[std::min(count - 1, static_cast<size_t>(share * static_cast<double>(count)))];
  }
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    sum += distribution.probabilities[i];
    if (share < sum) return distribution.values[i];
  }
  return distribution.values.back();
}

absl::Status CheckCategories(const ParameterSpec& spec, const Distribution& distribution) {
  if (distribution.values.empty()) return Problem(spec, "has no values; write at least one");
  for (const ParameterValue& value : distribution.values) {
    if (absl::Status fits = CheckValue(spec, value).status(); !fits.ok()) return fits;
  }
  const std::vector<double>& shares = distribution.probabilities;
  if (shares.empty()) return absl::OkStatus();
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  const bool is_share = std::ranges::all_of(shares, [](double share) { return share >= 0; });
  if (shares.size() == distribution.values.size() && is_share && std::abs(sum - 1) < 1e-6) {
    return absl::OkStatus();
  }
  return Problem(spec,
                 absl::StrCat("`probabilities` must be ", distribution.values.size(),
                              " numbers of at least 0, one for each value, that add up to 1"));
}

// That a value is one of the parameter's; what is drawn of a bounded kind lies between two such.
absl::Status CheckEnd(const ParameterSpec& spec, double end) {
  ParameterValue value = end;
  if (TypeName(spec) == "integer") value = static_cast<int64_t>(std::llround(end));
  return CheckValue(spec, value).status();
}

}  // namespace

absl::Span<const absl::string_view> DistributionKinds() { return kKinds; }

std::pair<absl::string_view, absl::string_view> NumbersOf(absl::string_view kind) {
  const absl::string_view base = WithoutSteps(kind);
  if (base == "normal" || base == "log_normal") return {"mu", "sigma"};
  if (base == "beta") return {"a", "b"};
  return {"min", "max"};
}

absl::Status CheckDistribution(const ParameterSpec& spec, const Distribution& distribution) {
  const std::string& kind = distribution.kind;
  if (std::ranges::find(kKinds, kind) == kKinds.end()) {
    return Problem(spec,
                   absl::StrCat("unknown distribution `", kind, "`", DidYouMean(kind, kKinds)));
  }
  if (kind == "categorical") return CheckCategories(spec, distribution);
  if (TypeName(spec) != "integer" && TypeName(spec) != "real") {
    return Problem(
        spec, absl::StrCat("is ", RangeText(spec), "; write `values` instead of `", kind, "`"));
  }
  const double low = distribution.low, high = distribution.high;
  const auto [low_name, high_name] = NumbersOf(kind);
  if (!std::isfinite(low) || !std::isfinite(high)) {
    return Problem(spec, absl::StrCat("`", low_name, "` and `", high_name, "` must be finite"));
  }
  if (IsSteps(kind) && !(distribution.step > 0 && std::isfinite(distribution.step))) {
    return Problem(spec, absl::StrCat("`q` must be above 0, not ", distribution.step));
  }
  if (low_name == "mu") {
    return high > 0 ? absl::OkStatus() : Problem(spec, "`sigma` must be above 0");
  }
  if (low_name == "a") {
    const bool sane = low > 0 && high > 0 && std::max(low, high) <= kHighestShape;
    return sane ? absl::OkStatus()
                : Problem(spec, absl::StrCat("`a` and `b` must be above 0, up to ", kHighestShape));
  }
  if (!(low < high) && !(kind == "int_uniform" && low == high)) {
    return Problem(spec, absl::StrCat("`min` must be below `max`, not ", low, " and ", high));
  }
  if (absl::EndsWith(kind, "log_uniform_values") && !(low > 0)) {
    return Problem(spec, absl::StrCat("`min` of ", kind, " must be above 0, not ", low));
  }
  if (kind == "int_uniform" && (std::trunc(low) != low || std::trunc(high) != high)) {
    return Problem(spec, "`min` and `max` of int_uniform must be integers");
  }
  for (double share : {0.0, 1.0}) {
    const double end =
        kind == "int_uniform" ? (share == 0 ? low : high) : RealAt(kind, low, high, share);
    if (absl::Status fits = CheckEnd(spec, end); !fits.ok()) return fits;
  }
  return absl::OkStatus();
}

double MultipleOf(double step, double times) {
  char text[32];
  snprintf(text, sizeof text, "%.12g", step * times);
  return std::strtod(text, nullptr) + 0.0;  // not -0
}

ParameterValue ValueAt(const ParameterSpec& spec, const Distribution& distribution, double share) {
  if (distribution.kind == "categorical") return CategoryAt(distribution, share);
  double value = RealAt(distribution.kind, distribution.low, distribution.high, share);
  if (IsSteps(distribution.kind)) {
    value = MultipleOf(distribution.step, std::round(value / distribution.step));
  }
  if (TypeName(spec) != "integer") return value;
  // Far outside of every integer parameter's range already.
  return static_cast<int64_t>(std::llround(std::clamp(value, -1e15, 1e15)));
}

}  // namespace pathsweep

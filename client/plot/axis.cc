#include "client/plot/axis.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/plot/gnuplot.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

// What a tic and a character of its text take of an axis as long as a column is wide.
constexpr double kLeastRoom = 1.0 / 12;
constexpr double kCharacter = 0.017;
constexpr double kMargin = 0.06;

bool IsNumber(const v1::ParameterValue& value) {
  return value.value_case() == v1::ParameterValue::kReal ||
         value.value_case() == v1::ParameterValue::kInteger;
}

double NumberOf(const v1::ParameterValue& value) {
  return value.value_case() == v1::ParameterValue::kReal ? value.real()
                                                         : static_cast<double>(value.integer());
}

}  // namespace

std::string TicText(const v1::ParameterValue& value) {
  return value.value_case() == v1::ParameterValue::kReal ? ShortNumber(value.real())
                                                         : ToText(value);
}

PlotAxis::PlotAxis(const std::vector<v1::ParameterValue>& values)
    : values_(values), numeric_(std::ranges::all_of(values, IsNumber)) {
  if (!numeric_ || values_.empty()) return;
  std::ranges::sort(values_, {}, NumberOf);
  const double low = NumberOf(values_.front()), high = NumberOf(values_.back());
  logarithmic_ = low > 0 && high >= 10 * low;
}

size_t PlotAxis::IndexOf(const v1::ParameterValue& value) const {
  const std::string text = ToText(value);
  const auto found = std::ranges::find(values_, text, ToText);
  return found - values_.begin();
}

double PlotAxis::At(const v1::ParameterValue& value, double beside) const {
  if (!numeric_) {
    return static_cast<double>(IndexOf(value)) + beside * static_cast<double>(values_.size());
  }
  const double low = NumberOf(values_.front()), high = NumberOf(values_.back());
  const double at = NumberOf(value);
  if (logarithmic_) return at * std::pow(high / low, beside);
  return at + beside * (high > low ? high - low : 1);
}

double PlotAxis::ShareOf(const v1::ParameterValue& value) const {
  const double low = NumberOf(values_.front()), high = NumberOf(values_.back());
  if (high == low) return 0;
  const double at = NumberOf(value);
  return logarithmic_ ? std::log(at / low) / std::log(high / low) : (at - low) / (high - low);
}

std::string PlotAxis::Range(const std::string& axis, bool by_index) const {
  if (by_index || !numeric_) {
    return absl::StrCat("set ", axis, "range [-0.5:", static_cast<double>(values_.size()) - 0.5,
                        "]\n");
  }
  return absl::StrCat("set ", axis, "range [", At(values_.front(), -kMargin), ":",
                      At(values_.back(), kMargin), "]\n");
}

std::string PlotAxis::Tics(const std::string& axis, bool by_index) const {
  std::vector<std::string> tics;
  const bool even = by_index || !numeric_;
  double free_from = 0;  // a share of the axis
  for (size_t i = 0; i < values_.size(); ++i) {
    const std::string text = TicText(values_[i]);
    const double room =
        even || axis == "y" ? kLeastRoom : kCharacter * static_cast<double>(text.size() + 1);
    const double share =
        even ? static_cast<double>(i) / static_cast<double>(values_.size()) : ShareOf(values_[i]);
    // Texts that are closer would stand in each other.
    if (!tics.empty() && share - room / 2 < free_from) continue;
    free_from = share + room / 2;
    const double at = even ? static_cast<double>(i) : NumberOf(values_[i]);
    tics.push_back(absl::StrCat(Quoted(text), " ", at));
  }
  return absl::StrCat("set ", axis, "tics noenhanced (", absl::StrJoin(tics, ", "), ")\n");
}

std::string PlotAxis::Commands(const std::string& axis, const std::string& label) const {
  return absl::StrCat("set ", axis, "label ", Quoted(label), " noenhanced\n",
                      Tics(axis, /*by_index=*/false), Range(axis, /*by_index=*/false),
                      logarithmic_ ? absl::StrCat("set logscale ", axis, "\n") : "");
}

std::string PlotAxis::CellCommands(const std::string& axis, const std::string& label) const {
  return absl::StrCat("set ", axis, "label ", Quoted(label), " noenhanced\n",
                      Tics(axis, /*by_index=*/true), Range(axis, /*by_index=*/true));
}

}  // namespace pathsweep

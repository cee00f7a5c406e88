#include "client/plot/series.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/plot/gnuplot.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

constexpr size_t kStyles = 7;

}  // namespace

std::string SeriesName(const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters,
                       int without) {
  std::vector<std::string> parts;
  for (int i = without; i < parameters.size(); ++i) {
    const bool is_real = parameters[i].value().value_case() == v1::ParameterValue::kReal;
    const std::string value =
        is_real ? absl::StrCat(parameters[i].value().real()) : ToText(parameters[i].value());
    const bool is_word = parameters[i].value().value_case() == v1::ParameterValue::kChoice;
    parts.push_back(is_word ? value : absl::StrCat(parameters[i].name(), " ", value));
  }
  return absl::StrJoin(parts, ", ");
}

std::string SeriesStyle(size_t series) {
  return absl::StrCat("linestyle ", series % kStyles + 1, series < kStyles ? "" : " dashtype 3");
}

void AddChance(const google::protobuf::RepeatedField<double>& levels,
               std::vector<std::string>& plotted) {
  for (int i = 0; i < levels.size(); ++i) {
    plotted.push_back(absl::StrCat(levels[i], " with lines linestyle 9 ",
                                   i == 0 ? "title \"chance (1/degree)\"" : "notitle"));
  }
}

std::string SeriesTitle(const std::string& name) {
  return name.empty() ? "notitle" : absl::StrCat("title ", Quoted(name));
}

}  // namespace pathsweep

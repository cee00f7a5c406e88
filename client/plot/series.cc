#include "client/plot/series.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/plot/gnuplot.h"
#include "client/reports.h"

namespace pathsweep {
namespace {

constexpr size_t kStyles = 7;

}  // namespace

std::string SeriesName(const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters,
                       int without) {
  std::vector<std::string> parts;
  for (int i = without; i < parameters.size(); ++i) {
    const std::string value = ToText(parameters[i].value());
    const bool is_word = parameters[i].value().value_case() == v1::ParameterValue::kChoice;
    parts.push_back(is_word ? value : absl::StrCat(parameters[i].name(), " ", value));
  }
  return absl::StrJoin(parts, ", ");
}

std::string SeriesStyle(size_t series) {
  return absl::StrCat("linestyle ", series % kStyles + 1, series < kStyles ? "" : " dashtype 3");
}

std::string SeriesTitle(const std::string& name) {
  return name.empty() ? "notitle" : absl::StrCat("title ", Quoted(name));
}

}  // namespace pathsweep

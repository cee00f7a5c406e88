#include "client/views/curves_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

std::string Title(const v1::Curves& curves) {
  return absl::StrCat(curves.sweep(), ": ", curves.metric(),
                      " by step, mean over trials with 95 % intervals; trials that ended before "
                      "count with their last value");
}

std::vector<std::string> Values(const v1::Curve& curve) {
  std::vector<std::string> values;
  for (const v1::Parameter& parameter : curve.parameters()) {
    values.push_back(ToText(parameter.value()));
  }
  return values;
}

// A row for each point of each curve.
Report Rows(const v1::Curves& curves) {
  Report report{.columns = {curves.by().begin(), curves.by().end()}};
  report.columns.insert(report.columns.end(), {"step", curves.metric(), "trials", "ended before"});
  for (const v1::Curve& curve : curves.curves()) {
    for (const v1::CurvePoint& point : curve.points()) {
      std::vector<std::string>& row = report.rows.emplace_back(Values(curve));
      row.insert(row.end(), {absl::StrCat(point.step()), EstimateText(point.mean()),
                             absl::StrCat(point.n()), absl::StrCat(point.carried())});
    }
  }
  return report;
}

Json CurveJson(const v1::Curve& curve, const std::string& metric) {
  Json points = Json::array();
  for (const v1::CurvePoint& point : curve.points()) {
    const v1::Estimate& mean = point.mean();
    points.push_back({{"step", point.step()},
                      {"value", mean.value()},
                      {"low", OrNull(mean.has_low(), mean.low())},
                      {"high", OrNull(mean.has_high(), mean.high())},
                      {"n", point.n()},
                      {"carried", point.carried()}});
  }
  return {{"parameters", ParametersJson(curve.parameters())},
          {"metric", metric},
          {"configs", curve.configs()},
          {"trials", curve.trials()},
          {"points", points}};
}

// The same with full numbers; in JSON an object for each curve.
Report Records(const v1::Curves& curves) {
  Report report{Json::array(), {curves.by().begin(), curves.by().end()}, {}};
  const std::vector<std::string> columns = {"step", "metric", "value",  "low",
                                            "high", "n",      "carried"};
  report.columns.insert(report.columns.end(), columns.begin(), columns.end());
  for (const v1::Curve& curve : curves.curves()) {
    const Json& json = report.json.emplace_back(CurveJson(curve, curves.metric()));
    for (const Json& point : json["points"]) {
      std::vector<std::string>& row = report.rows.emplace_back(Values(curve));
      row.insert(row.end(), {point["step"].dump(), curves.metric(), point["value"].dump()});
      for (const char* end : {"low", "high"}) {
        row.push_back(point[end].is_null() ? "" : point[end].dump());
      }
      row.insert(row.end(), {point["n"].dump(), point["carried"].dump()});
    }
  }
  return report;
}

}  // namespace

void WriteCurves(std::ostream& out, OutputFormat format, const v1::Curves& curves) {
  if (IsForPrograms(format)) return WriteReport(out, format, Records(curves));
  out << (format == OutputFormat::kLatex ? "% " : "") << Title(curves) << "\n\n";
  WriteReport(out, format, Rows(curves));
}

}  // namespace pathsweep

#include "client/export/trial_records.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/views/report.h"
#include "client/views/reports.h"

namespace pathsweep {

namespace {

using Type = RecordColumn::Type;

Type TypeOf(const ParameterValue& value) {
  if (std::holds_alternative<int64_t>(value)) return Type::kInteger;
  if (std::holds_alternative<double>(value)) return Type::kReal;
  return std::holds_alternative<bool>(value) ? Type::kFlag : Type::kText;
}

}  // namespace

std::vector<RecordColumn> TrialRecords::Columns() const {
  std::vector<RecordColumn> columns = {{"trial", Type::kInteger},
                                       {"state", Type::kText},
                                       {"reason", Type::kText},
                                       {"seed", Type::kInteger},
                                       {"last_step", Type::kInteger}};
  for (const ParameterSpread& parameter : parameters_) {
    columns.push_back({parameter.name, TypeOf(parameter.lowest)});
  }
  for (const std::string& metric : metrics_) columns.push_back({metric, Type::kReal});
  return columns;
}

std::string TrialRecords::CsvHeader() const {
  std::vector<std::string> cells;
  for (const RecordColumn& column : Columns()) cells.push_back(column.name);
  return CsvLine(cells);
}

std::string TrialRecords::Csv(const v1::Trial& trial) const {
  std::vector<std::string> cells = {absl::StrCat(trial.id()), StateName(trial.state()),
                                    trial.reason(), absl::StrCat(trial.seed()),
                                    absl::StrCat(LastStep(trial))};
  for (const ParameterSpread& parameter : parameters_) {
    cells.push_back(ToText(trial.parameters(parameter.place).value()));
  }
  for (const std::string& name : metrics_) {
    const auto metric = std::ranges::find(trial.metrics(), name, &v1::Measurement::metric);
    cells.push_back(metric == trial.metrics().end() ? "" : pathsweep::Json(metric->value()).dump());
  }
  return CsvLine(cells);
}

std::string TrialRecords::Json(const v1::Trial& trial) const {
  pathsweep::Json parameters = pathsweep::Json::object(), metrics = pathsweep::Json::object();
  for (const ParameterSpread& parameter : parameters_) {
    parameters[parameter.name] = ToJson(trial.parameters(parameter.place).value());
  }
  for (const v1::Measurement& metric : trial.metrics()) metrics[metric.metric()] = metric.value();
  return JsonLine({{"trial", trial.id()},
                   {"state", StateName(trial.state())},
                   {"reason", trial.reason()},
                   {"seed", trial.seed()},
                   {"last_step", LastStep(trial)},
                   {"parameters", parameters},
                   {"metrics", metrics}});
}

}  // namespace pathsweep

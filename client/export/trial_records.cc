#include "client/export/trial_records.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/views/report.h"
#include "client/views/reports.h"

namespace pathsweep {

std::string TrialRecords::CsvHeader() const {
  std::vector<std::string> cells = {"trial", "state", "reason", "seed", "last_step"};
  for (const ParameterSpread& parameter : parameters_) cells.push_back(parameter.name);
  cells.insert(cells.end(), metrics_.begin(), metrics_.end());
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

#include "client/views/table_view.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

// As --statistic takes it.
std::string NameOf(v1::Statistic statistic) {
  const std::string name = v1::Statistic_Name(statistic);  // STATISTIC_MEAN
  return absl::AsciiStrToLower(absl::StripPrefix(name, "STATISTIC_"));
}

Json CellJson(const v1::TableCell& cell, const v1::Table& table) {
  const v1::Estimate& estimate = cell.metric();
  const v1::Estimate& solved = cell.solved_share();
  return {{"parameters", ParametersJson(cell.parameters())},
          {"metric", table.metric()},
          {"statistic", NameOf(table.statistic())},
          {"value", OrNull(cell.has_metric(), estimate.value())},
          {"low", OrNull(estimate.has_low(), estimate.low())},
          {"high", OrNull(estimate.has_high(), estimate.high())},
          {"n", cell.n()},
          {"configs", cell.configs()},
          {"seeds", cell.seeds()},
          {"results", cell.results()},
          {"solved", OrNull(cell.has_solved_share(), solved.value())},
          {"solved_low", OrNull(solved.has_low(), solved.low())},
          {"solved_high", OrNull(solved.has_high(), solved.high())},
          {"best_trial", cell.has_best_trial() ? Json(cell.best_trial()) : Json()},
          {"unfinished", cell.unfinished()},
          {"failed", cell.failed()},
          {"stopped", cell.stopped()},
          {"diverged", cell.diverged()}};
}

std::string CellText(const v1::TableCell& cell, v1::Statistic statistic) {
  std::vector<std::string> parts;
  const bool asks_solved = statistic == v1::STATISTIC_SOLVED;
  if (cell.has_metric() && !asks_solved) {
    parts.push_back(EstimateText(cell.metric()));
    const bool one_seed = cell.seeds() == 1 && statistic != v1::STATISTIC_BEST;
    if (one_seed) parts.back() += " (one seed, no interval)";
  }
  if (cell.has_solved_share()) {
    const v1::Estimate& share = asks_solved ? cell.metric() : cell.solved_share();
    parts.push_back(absl::StrCat("solved ", cell.solved(), "/", cell.results(),
                                 share.has_low() ? absl::StrCat(" ", IntervalText(share)) : ""));
  }
  if (cell.configs() > 1) parts.push_back(absl::StrCat("over ", cell.configs(), " configs"));
  if (cell.diverged() > 0) parts.push_back(absl::StrCat(cell.diverged(), " diverged"));
  if (cell.stopped() > 0) parts.push_back(absl::StrCat(cell.stopped(), " stopped early"));
  if (cell.failed() > 0) parts.push_back(absl::StrCat(cell.failed(), " failed"));
  if (cell.unfinished() > 0) parts.push_back(absl::StrCat(cell.unfinished(), " unfinished"));
  return absl::StrJoin(parts, "  ");
}

// What the cells show, of what.
std::string StatisticText(const v1::Table& table) {
  switch (table.statistic()) {
    case v1::STATISTIC_MEDIAN:
      return absl::StrCat(table.metric(), ", median and share solved");
    case v1::STATISTIC_IQM:
      return absl::StrCat(table.metric(), ", mean of the middle half and share solved");
    case v1::STATISTIC_BEST:
      return absl::StrCat(table.metric(), ", best trial and share solved");
    case v1::STATISTIC_SOLVED:
      return "share of trials that solve the task";
    case v1::STATISTIC_STEPS:
      return "median of the steps to a solution where there is one, and share solved";
    default:
      return absl::StrCat(table.metric(), ", mean over seeds and share solved");
  }
}

std::string IntervalName(v1::IntervalMethod method) {
  switch (method) {
    case v1::INTERVAL_METHOD_BOOTSTRAP:
      return ", with 95 % bootstrap intervals";
    case v1::INTERVAL_METHOD_CLOPPER_PEARSON:
      return ", with 95 % intervals of Clopper and Pearson";
    case v1::INTERVAL_METHOD_NONE:
      return "";
    default:
      return ", with 95 % intervals";
  }
}

// A record for each cell.
Report Records(const v1::Table& table) {
  Report report{Json::array(), {}, {}};
  for (const v1::TableCell& cell : table.cells()) {
    const Json json = CellJson(cell, table);
    report.json.push_back(json);
    std::vector<std::string> row;
    std::vector<std::string> columns;
    for (const v1::Parameter& parameter : cell.parameters()) {
      columns.push_back(parameter.name());
      row.push_back(ToText(parameter.value()));
    }
    for (const auto& [name, value] : json.items()) {
      if (value.is_object()) continue;
      columns.push_back(name);
      row.push_back(value.is_null()     ? ""
                    : value.is_string() ? value.get<std::string>()
                                        : value.dump());
    }
    report.columns = std::move(columns);
    report.rows.push_back(std::move(row));
  }
  return report;
}

}  // namespace

v1::GetTableRequest TableRequest(const v1::Sweep& sweep, const std::vector<std::string>& rows,
                                 const std::vector<std::string>& columns) {
  v1::GetTableRequest request;
  request.set_sweep(sweep.spec().name());
  request.mutable_rows()->Assign(rows.begin(), rows.end());
  request.mutable_columns()->Assign(columns.begin(), columns.end());
  if (!rows.empty() || !columns.empty()) return request;
  for (const v1::Axis& axis : sweep.spec().axes()) {
    axis.name() == "objective" ? request.add_columns(axis.name()) : request.add_rows(axis.name());
  }
  return request;
}

v1::GetTableRequest BestRequest(const v1::Sweep& sweep, int64_t limit) {
  v1::GetTableRequest request;
  request.set_sweep(sweep.spec().name());
  for (const v1::JointAxis& joint : sweep.spec().joint()) {
    for (const v1::Axis& column : joint.columns()) request.add_rows(column.name());
  }
  for (const v1::Axis& axis : sweep.spec().axes()) request.add_rows(axis.name());
  request.set_best_first(true);
  request.set_limit(limit);
  return request;
}

std::string TableTitle(const v1::Table& table) {
  std::vector<std::string> chance;
  for (double level : table.chance()) chance.push_back(ShortNumber(level));
  return absl::StrCat(table.sweep(), ": ", table.best_first() ? "best configs by " : "",
                      StatisticText(table), IntervalName(table.interval()),
                      "; chance of exact_match 1/degree = ", absl::StrJoin(chance, ", "));
}

Report PivotTable(const v1::Table& table) {
  const int rows = table.rows_size();
  Report report{nullptr, {table.rows().begin(), table.rows().end()}, {}};
  std::vector<std::string> columns;
  for (const v1::TableCell& cell : table.cells()) {
    std::vector<std::string> row;
    std::vector<std::string> labels;
    for (int i = 0; i < cell.parameters_size(); ++i) {
      const std::string value = ToText(cell.parameters(i).value());
      i < rows ? row.push_back(value)
               : labels.push_back(absl::StrCat(cell.parameters(i).name(), "=", value));
    }
    const std::string label =
        labels.empty() ? std::string(table.metric()) : absl::StrJoin(labels, " ");
    const size_t column = std::find(columns.begin(), columns.end(), label) - columns.begin();
    if (column == columns.size()) columns.push_back(label);
    const bool same_row =
        !report.rows.empty() && std::equal(row.begin(), row.end(), report.rows.back().begin());
    if (!same_row) report.rows.push_back(row);
    report.rows.back().resize(std::max(report.rows.back().size(), rows + column + 1));
    report.rows.back()[rows + column] = CellText(cell, table.statistic());
    if (table.best_first()) {
      report.rows.back().push_back(cell.has_best_trial() ? absl::StrCat(cell.best_trial()) : "");
    }
  }
  report.columns.insert(report.columns.end(), columns.begin(), columns.end());
  if (table.best_first()) report.columns.emplace_back("best trial");
  for (std::vector<std::string>& row : report.rows) row.resize(report.columns.size());
  return report;
}

void WriteTable(std::ostream& out, OutputFormat format, const v1::Table& table) {
  if (IsForPrograms(format)) return WriteReport(out, format, Records(table));
  out << (format == OutputFormat::kLatex ? "% " : "") << TableTitle(table) << "\n\n";
  WriteReport(out, format, PivotTable(table));
}

}  // namespace pathsweep

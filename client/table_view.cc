#include "client/table_view.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/reports.h"

namespace pathsweep {
namespace {

Json CellJson(const v1::TableCell& cell, const std::string& metric) {
  const v1::Estimate& mean = cell.metric();
  const v1::Estimate& solved = cell.solved_share();
  return {{"parameters", ParametersJson(cell.parameters())},
          {"metric", metric},
          {"mean", OrNull(cell.has_metric(), mean.value())},
          {"low", OrNull(mean.has_low(), mean.low())},
          {"high", OrNull(mean.has_high(), mean.high())},
          {"n", cell.n()},
          {"configs", cell.configs()},
          {"seeds", cell.seeds()},
          {"solved", OrNull(cell.has_solved_share(), solved.value())},
          {"solved_low", OrNull(solved.has_low(), solved.low())},
          {"solved_high", OrNull(solved.has_high(), solved.high())},
          {"unfinished", cell.unfinished()},
          {"failed", cell.failed()}};
}

std::string CellText(const v1::TableCell& cell) {
  std::vector<std::string> parts;
  if (cell.has_metric()) {
    const v1::Estimate& mean = cell.metric();
    parts.push_back(absl::StrCat(ShortNumber(mean.value()), " ",
                                 mean.has_low() ? IntervalText(mean) : "(one seed, no interval)"));
    parts.push_back(absl::StrCat("solved ", cell.solved(), "/", cell.n(), " ",
                                 IntervalText(cell.solved_share())));
  }
  if (cell.configs() > 1) parts.push_back(absl::StrCat("over ", cell.configs(), " configs"));
  if (cell.failed() > 0) parts.push_back(absl::StrCat(cell.failed(), " failed"));
  if (cell.unfinished() > 0) parts.push_back(absl::StrCat(cell.unfinished(), " unfinished"));
  return absl::StrJoin(parts, "  ");
}

std::string Title(const v1::Table& table) {
  std::vector<std::string> chance;
  for (double level : table.chance()) chance.push_back(ShortNumber(level));
  return absl::StrCat(table.sweep(), ": ", table.metric(),
                      ", mean over seeds and share solved, with 95 % intervals; chance of "
                      "exact_match 1/degree = ",
                      absl::StrJoin(chance, ", "));
}

// Cells by their row and column labels, in the order in which the coordinator sent them.
Report Pivot(const v1::Table& table) {
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
    report.rows.back()[rows + column] = CellText(cell);
  }
  report.columns.insert(report.columns.end(), columns.begin(), columns.end());
  for (std::vector<std::string>& row : report.rows) row.resize(report.columns.size());
  return report;
}

// A record for each cell.
Report Records(const v1::Table& table) {
  Report report{Json::array(), {}, {}};
  for (const v1::TableCell& cell : table.cells()) {
    const Json json = CellJson(cell, table.metric());
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

void WriteTable(std::ostream& out, OutputFormat format, const v1::Table& table) {
  const bool for_programs = format == OutputFormat::kJson || format == OutputFormat::kCsv;
  if (for_programs) return WriteReport(out, format, Records(table));
  out << (format == OutputFormat::kLatex ? "% " : "") << Title(table) << "\n\n";
  WriteReport(out, format, Pivot(table));
}

}  // namespace pathsweep

#include "coordinator/store/reusable_trials.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/store/parameter_columns.h"

namespace pathsweep {
namespace {

bool IsAxis(const Grid& grid, absl::string_view name) {
  return std::ranges::find(grid.axes, name, &GridAxis::name) != grid.axes.end();
}

// Those that agree with the grid in every parameter that has one value there.
std::string Query(const Grid& grid) {
  std::vector<std::string> columns = {"id", "reason", "seed"};
  std::vector<std::string> conditions = {"state = 'succeeded'", "reused_from IS NULL"};
  for (const GridAxis& axis : grid.axes) columns.push_back(axis.name);
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!IsAxis(grid, spec.name)) conditions.push_back(absl::StrCat(spec.name, " = ?"));
  }
  return absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM trials WHERE ",
                      absl::StrJoin(conditions, " AND "), " ORDER BY id DESC");
}

template <typename Value>
std::optional<int64_t> IndexOf(const std::vector<Value>& values, const Value& value) {
  const auto found = std::ranges::find(values, value);
  if (found == values.end()) return std::nullopt;
  return found - values.begin();
}

// Of the trial in the row among those of the grid; null if it is none of them. See ConfigAt.
std::optional<int64_t> NumberOf(SQLite::Statement& row, const Grid& grid) {
  std::optional<int64_t> number = IndexOf(grid.seeds, row.getColumn(2).getInt64());
  int column = 3;
  for (const GridAxis& axis : grid.axes) {
    const std::optional<int64_t> digit =
        IndexOf(axis.values, ReadParameter(row.getColumn(column++), axis.values.front()));
    if (!number || !digit) return std::nullopt;
    number = *number * static_cast<int64_t>(axis.values.size()) + *digit;
  }
  return number;
}

}  // namespace

std::vector<ReusedTrial> FindReusable(SQLite::Database& database, const Grid& grid) {
  SQLite::Statement rows(database, Query(grid));
  int index = 0;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!IsAxis(grid, spec.name)) {
      BindParameter(rows, ++index, GetParameter(grid.fixed, spec));
    }
  }
  std::map<int64_t, ReusedTrial> found;
  while (rows.executeStep()) {
    const std::optional<int64_t> number = NumberOf(rows, grid);
    if (!number) continue;
    found[*number] = {*number, rows.getColumn(0).getInt64(), rows.getColumn(1).getString()};
  }
  std::vector<ReusedTrial> reusable;
  for (auto& [number, trial] : found) reusable.push_back(std::move(trial));
  return reusable;
}

}  // namespace pathsweep

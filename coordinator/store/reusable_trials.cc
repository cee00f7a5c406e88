#include "coordinator/store/reusable_trials.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/parameter_columns.h"

namespace pathsweep {
namespace {

bool Varies(const std::vector<std::string>& varied, absl::string_view name) {
  return std::ranges::find(varied, name) != varied.end();
}

// Those that agree with the grid in every parameter that has one value there. Oldest last: a trial
// that was trained comes before those that reused it, which count once it is pruned.
std::string Query(const std::vector<std::string>& varied) {
  std::vector<std::string> columns = {"id", "reason", "seed"};
  std::vector<std::string> conditions = {"state = 'succeeded'",
                                         "sweep_id IN (SELECT id FROM sweeps)"};
  columns.insert(columns.end(), varied.begin(), varied.end());
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!Varies(varied, spec.name)) conditions.push_back(absl::StrCat(spec.name, " = ?"));
  }
  return absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM trials WHERE ",
                      absl::StrJoin(conditions, " AND "), " ORDER BY id DESC");
}

// Where each value stands.
template <typename Value>
class Places {
 public:
  explicit Places(const std::vector<Value>& values) {
    for (const Value& value : values) places_.emplace(value, places_.size());
  }
  std::optional<int64_t> Of(const Value& value) const {
    const auto found = places_.find(value);
    return found == places_.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }
  int64_t size() const { return static_cast<int64_t>(places_.size()); }

 private:
  std::map<Value, int64_t> places_;
};

// Finds the number of a row's trial among those of a grid; see ConfigAt.
class Numbers {
 public:
  explicit Numbers(const Grid& grid) : seeds_(grid.seeds) {
    for (const JointAxis& axis : grid.joint) axes_.emplace_back(axis.points());
    for (const GridAxis& axis : grid.axes) {
      std::vector<JointAxis::Point> points;
      for (const ParameterValue& value : axis.values) points.push_back({value});
      axes_.emplace_back(points);
    }
  }

  // Null if it is none of them.
  std::optional<int64_t> Of(SQLite::Statement& row) const {
    std::optional<int64_t> number = seeds_.Of(row.getColumn(2).getInt64());
    int column = 3;
    for (size_t i = 0; number && i < axes_.size(); ++i) {
      JointAxis::Point point;
      for (const ParameterValue& like : axes_[i].example) {
        point.push_back(ReadParameter(row.getColumn(column++), like));
      }
      const std::optional<int64_t> digit = axes_[i].places.Of(point);
      number = digit ? std::optional(*number * axes_[i].places.size() + *digit) : std::nullopt;
    }
    return number;
  }

 private:
  struct Axis {
    explicit Axis(const std::vector<JointAxis::Point>& points)
        : example(points.front()), places(points) {}
    JointAxis::Point example;  // has the values' types
    Places<JointAxis::Point> places;
  };

  const Places<int64_t> seeds_;
  std::vector<Axis> axes_;
};

}  // namespace

std::vector<ReusedTrial> FindReusable(SQLite::Database& database, const Grid& grid) {
  const std::vector<std::string> varied = VariedNames(grid);
  SQLite::Statement rows(database, Query(varied));
  int index = 0;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!Varies(varied, spec.name)) {
      BindParameter(rows, ++index, grid.fixed, spec);
    }
  }
  const Numbers numbers(grid);
  std::map<int64_t, ReusedTrial> found;
  while (rows.executeStep()) {
    const std::optional<int64_t> number = numbers.Of(rows);
    if (!number) continue;
    found[*number] = {*number, rows.getColumn(0).getInt64(), rows.getColumn(1).getString()};
  }
  std::vector<ReusedTrial> reusable;
  for (auto& [number, trial] : found) reusable.push_back(std::move(trial));
  return reusable;
}

}  // namespace pathsweep

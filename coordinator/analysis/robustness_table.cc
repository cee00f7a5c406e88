#include "coordinator/analysis/robustness_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

constexpr char kSeed[] = "seed";

// One row or column parameter and the values seen, in order of first appearance.
class Dimension {
 public:
  explicit Dimension(const ParameterSpec* spec) : spec_(spec) {}  // null: the seed

  ParameterValue ValueOf(const TableTrial& trial) const {
    return spec_ == nullptr ? ParameterValue(trial.seed) : GetParameter(trial.parameters, *spec_);
  }

  size_t IndexOf(const TableTrial& trial) {
    const ParameterValue value = ValueOf(trial);
    const auto seen = std::ranges::find(values_, value);
    const size_t index = seen - values_.begin();
    if (seen == values_.end()) values_.push_back(value);
    return index;
  }

  const std::vector<ParameterValue>& values() const { return values_; }

 private:
  const ParameterSpec* spec_;
  std::vector<ParameterValue> values_;
};

absl::StatusOr<std::vector<Dimension>> Dimensions(const TableQuestion& question) {
  std::vector<std::string> names = question.rows;
  names.insert(names.end(), question.columns.begin(), question.columns.end());
  std::set<std::string> seen;
  std::vector<Dimension> dimensions;
  for (const std::string& name : names) {
    const ParameterSpec* spec = FindParameter(name);
    if (spec == nullptr && name != kSeed) return UnknownParameter(name);
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", name, "` stands twice in the table's rows and columns"));
    }
    dimensions.emplace_back(spec);
  }
  return dimensions;
}

// What is collected of a cell while the trials go by.
struct Collected {
  std::vector<double> values;
  std::set<int64_t> configs;
  int64_t solved = 0;
  int64_t unfinished = 0;
  int64_t failed = 0;

  void Add(const TableTrial& trial) {
    if (trial.status == TableTrial::Status::kUnfinished) ++unfinished;
    if (trial.status == TableTrial::Status::kFailed) ++failed;
    if (trial.status != TableTrial::Status::kResult || !trial.value.has_value()) return;
    values.push_back(*trial.value);
    configs.insert(trial.config);
    if (trial.solved) ++solved;
  }
};

TableCell Summarize(const Collected& collected, MetricRange range) {
  TableCell cell;
  cell.n = static_cast<int64_t>(collected.values.size());
  cell.configs = static_cast<int64_t>(collected.configs.size());
  cell.solved = collected.solved;
  cell.unfinished = collected.unfinished;
  cell.failed = collected.failed;
  if (cell.n > 0) {
    cell.metric = MeanInterval(collected.values, range);
    cell.solved_share = WilsonInterval(cell.solved, cell.n);
  }
  return cell;
}

}  // namespace

absl::StatusOr<RobustnessTable> MakeTable(const TableQuestion& question,
                                          absl::Span<const TableTrial> trials) {
  absl::StatusOr<std::vector<Dimension>> dimensions = Dimensions(question);
  if (!dimensions.ok()) return dimensions.status();
  // A map from positions along the dimensions iterates in the table's order.
  std::map<std::vector<size_t>, Collected> cells;
  std::set<int64_t> degrees;
  for (const TableTrial& trial : trials) {
    std::vector<size_t> position;
    for (Dimension& dimension : *dimensions) position.push_back(dimension.IndexOf(trial));
    cells[position].Add(trial);
    degrees.insert(trial.parameters.degree);
  }
  RobustnessTable table;
  for (const auto& [position, collected] : cells) {
    TableCell cell = Summarize(collected, RangeOfMetric(question.metric));
    for (size_t i = 0; i < position.size(); ++i) {
      cell.key.push_back((*dimensions)[i].values()[position[i]]);
    }
    table.cells.push_back(std::move(cell));
  }
  for (int64_t degree : degrees) table.chance.push_back(1.0 / static_cast<double>(degree));
  return table;
}

}  // namespace pathsweep

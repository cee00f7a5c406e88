#include "coordinator/analysis/robustness_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

constexpr char kSeed[] = "seed";

}  // namespace

size_t TableMaker::Dimension::IndexOf(const TableTrial& trial) {
  const ParameterValue value =
      spec_ == nullptr ? ParameterValue(trial.seed) : GetParameter(trial.parameters, *spec_);
  const auto seen = std::ranges::find(values_, value);
  const size_t index = seen - values_.begin();
  if (seen == values_.end()) values_.push_back(value);
  return index;
}

void TableMaker::Collected::Add(const TableTrial& trial) {
  if (trial.status == TableTrial::Status::kUnfinished) ++unfinished;
  if (trial.status == TableTrial::Status::kFailed) ++failed;
  if (trial.status != TableTrial::Status::kResult || !trial.value.has_value()) return;
  values.push_back(*trial.value);
  configs.insert(trial.config);
  seeds.insert(trial.seed);
  if (trial.solved) ++solved;
}

TableCell TableMaker::Collected::Summarize(MetricRange range) const {
  TableCell cell;
  cell.n = static_cast<int64_t>(values.size());
  cell.configs = static_cast<int64_t>(configs.size());
  cell.seeds = static_cast<int64_t>(seeds.size());
  cell.solved = solved;
  cell.unfinished = unfinished;
  cell.failed = failed;
  if (cell.n == 0) return cell;
  cell.metric = MeanInterval(values, range);
  // Several configs under one seed say nothing of how seeds differ.
  if (cell.seeds == 1) cell.metric->low = cell.metric->high = std::nullopt;
  cell.solved_share = WilsonInterval(cell.solved, cell.n);
  return cell;
}

absl::StatusOr<TableMaker> TableMaker::For(const TableQuestion& question) {
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
  return TableMaker(std::move(dimensions), RangeOfMetric(question.metric));
}

void TableMaker::Add(const TableTrial& trial) {
  std::vector<size_t> position;
  for (Dimension& dimension : dimensions_) position.push_back(dimension.IndexOf(trial));
  cells_[position].Add(trial);
  degrees_.insert(trial.parameters.degree);
}

RobustnessTable TableMaker::Finish() const {
  RobustnessTable table;
  for (const auto& [position, collected] : cells_) {
    TableCell& cell = table.cells.emplace_back(collected.Summarize(range_));
    for (size_t i = 0; i < position.size(); ++i) {
      cell.key.push_back(dimensions_[i].values()[position[i]]);
    }
  }
  for (int64_t degree : degrees_) table.chance.push_back(1.0 / static_cast<double>(degree));
  return table;
}

}  // namespace pathsweep

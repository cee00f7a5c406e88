#include "coordinator/analysis/robustness_table.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/metrics.h"

namespace pathsweep {
namespace {

constexpr absl::string_view kSeed = "seed";
constexpr size_t kMostBootstrapped = 100'000;  // values; each is drawn 2,000 times

constexpr uint32_t kUnseen = std::numeric_limits<uint32_t>::max();

// Row or column: the values in order of first appearance, and which each config (or each trial, for
// seeds) has.
struct Dimension {
  bool of_trials = false;
  std::vector<ParameterValue> values;
  std::vector<uint32_t> at;
};

Dimension OfParameter(const ParameterSpec& spec, const ConfigColumns& configs) {
  Dimension dimension;
  const ConfigColumn* column = configs.Find(spec.name);
  if (column == nullptr) {
    dimension.values = {GetParameter(configs.common(), spec)};
    dimension.at.assign(configs.size(), 0);
    return dimension;
  }
  std::vector<uint32_t> rank(column->values.size(), kUnseen);
  dimension.at.reserve(configs.size());
  for (uint32_t value : column->at) {
    if (rank[value] == kUnseen) {
      rank[value] = static_cast<uint32_t>(dimension.values.size());
      dimension.values.push_back(column->values[value]);
    }
    dimension.at.push_back(rank[value]);
  }
  return dimension;
}

Dimension OfSeed(absl::Span<const TableTrial> trials) {
  Dimension dimension{.of_trials = true, .values = {}, .at = {}};
  absl::flat_hash_map<int64_t, uint32_t> ranks;
  dimension.at.reserve(trials.size());
  for (const TableTrial& trial : trials) {
    const auto [rank, is_new] =
        ranks.try_emplace(trial.seed, static_cast<uint32_t>(dimension.values.size()));
    if (is_new) dimension.values.emplace_back(trial.seed);
    dimension.at.push_back(rank->second);
  }
  return dimension;
}

absl::StatusOr<std::vector<Dimension>> DimensionsOf(const TableQuestion& question,
                                                    const ConfigColumns& configs,
                                                    absl::Span<const TableTrial> trials) {
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
    dimensions.push_back(spec == nullptr ? OfSeed(trials) : OfParameter(*spec, configs));
  }
  return dimensions;
}

// Which cell each trial is in; cells are numbered in the table's order.
class Cells {
 public:
  Cells(const std::vector<Dimension>& dimensions, absl::Span<const TableTrial> trials)
      : of_(trials.size(), 0) {
    for (const Dimension& dimension : dimensions) {
      const uint64_t values = dimension.values.size();
      if (count_ > std::numeric_limits<uint64_t>::max() / values) count_ = Compress(of_, count_);
      for (size_t i = 0; i < trials.size(); ++i) {
        of_[i] = of_[i] * values + dimension.at[dimension.of_trials ? i : trials[i].config];
      }
      count_ *= values;
    }
    count_ = Compress(of_, count_);
  }

  uint64_t count() const { return count_; }
  uint64_t Of(size_t trial) const { return of_[trial]; }

 private:
  std::vector<uint64_t> of_;
  uint64_t count_ = 1;
};

// The trials of each cell, in their order.
class TrialsByCell {
 public:
  TrialsByCell(const Cells& cells, size_t trials) : begins_(cells.count() + 1, 0), of_(trials) {
    for (size_t i = 0; i < trials; ++i) ++begins_[cells.Of(i) + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    std::vector<size_t> next(begins_.begin(), begins_.end() - 1);
    for (size_t i = 0; i < trials; ++i) of_[next[cells.Of(i)]++] = i;
  }

  size_t cells() const { return begins_.size() - 1; }
  absl::Span<const size_t> Of(size_t cell) const {
    return absl::MakeConstSpan(of_).subspan(begins_[cell], begins_[cell + 1] - begins_[cell]);
  }

 private:
  std::vector<size_t> begins_;
  std::vector<size_t> of_;
};

// How many different numbers come between two calls of Restart.
class DistinctCount {
 public:
  // Requires numbers below `end`.
  explicit DistinctCount(size_t end) : seen_in_(end, 0) {}

  void Restart() {
    ++round_;
    count_ = 0;
  }
  void Add(size_t number) {
    if (seen_in_[number] == round_) return;
    seen_in_[number] = round_;
    ++count_;
  }
  int64_t count() const { return count_; }

 private:
  std::vector<uint32_t> seen_in_;  // the round
  uint32_t round_ = 0;
  int64_t count_ = 0;
};

class CellMaker {
 public:
  CellMaker(const TableQuestion& question, size_t configs, absl::Span<const TableTrial> trials)
      : question_(question),
        range_(question.statistic == Statistic::kSteps ? MetricRange{.lowest = 0}
                                                       : RangeOfMetric(question.metric)),
        lower_is_better_(LowerIsBetter(question)),
        trials_(trials),
        seeds_of_trials_(OfSeed(trials)),
        configs_(configs),
        seeds_(seeds_of_trials_.values.size()) {}

  static bool LowerIsBetter(const TableQuestion& question) {
    return question.statistic == Statistic::kSteps ||
           (question.statistic != Statistic::kSolved && IsLowerBetter(question.metric));
  }

  TableCell Make(absl::Span<const size_t> of_cell) {
    TableCell cell;
    values_.clear();
    configs_.Restart();
    seeds_.Restart();
    for (size_t i : of_cell) Add(i, cell);
    cell.n = static_cast<int64_t>(values_.size());
    cell.configs = configs_.count();
    cell.seeds = seeds_.count();
    if (cell.results > 0) {
      const bool asked = question_.statistic == Statistic::kSolved;
      cell.solved_share = ShareSolved(cell.solved, cell.results,
                                      asked ? question_.interval : IntervalMethod::kDefault);
    }
    if (question_.statistic == Statistic::kSolved) {
      cell.metric = cell.solved_share;
    } else if (cell.n > 0) {
      cell.metric =
          Summarize(values_, question_.statistic, question_.interval, range_, lower_is_better_);
      // Several configs under one seed say nothing of how seeds differ.
      if (cell.seeds == 1) cell.metric->low = cell.metric->high = std::nullopt;
    }
    return cell;
  }

 private:
  void Add(size_t index, TableCell& cell) {
    const TableTrial& trial = trials_[index];
    if (trial.status == TableTrial::Status::kUnfinished) ++cell.unfinished;
    if (trial.status == TableTrial::Status::kFailed) ++cell.failed;
    if (trial.stopped) ++cell.stopped;
    if (trial.diverged) ++cell.diverged;
    if (trial.status != TableTrial::Status::kResult) return;
    ++cell.results;
    if (trial.solved) ++cell.solved;
    if (!trial.value) return;
    const double value = *trial.value;
    if (values_.empty() || (lower_is_better_ ? value < best_ : value > best_)) {
      best_ = value;
      cell.best_trial = trial.id;
    }
    values_.push_back(value);
    configs_.Add(trial.config);
    seeds_.Add(seeds_of_trials_.at[index]);
  }

  const TableQuestion& question_;
  const MetricRange range_;
  const bool lower_is_better_;
  const absl::Span<const TableTrial> trials_;
  const Dimension seeds_of_trials_;
  DistinctCount configs_;
  DistinctCount seeds_;
  double best_ = 0;
  std::vector<double> values_;
};

void BestFirst(bool lower_is_better, std::vector<TableCell>& cells) {
  const auto rank = [&](const TableCell& cell) {
    if (!cell.metric) return std::numeric_limits<double>::infinity();
    return lower_is_better ? cell.metric->value : -cell.metric->value;
  };
  std::ranges::stable_sort(cells, {}, rank);
}

}  // namespace

absl::StatusOr<RobustnessTable> MakeTable(const TableQuestion& question,
                                          const ConfigColumns& configs,
                                          absl::Span<const TableTrial> trials) {
  if (absl::Status status = CheckInterval(question.statistic, question.interval); !status.ok()) {
    return status;
  }
  if (question.interval == IntervalMethod::kBootstrap && trials.size() > kMostBootstrapped) {
    return absl::InvalidArgumentError(
        absl::StrCat("a bootstrap of ", trials.size(), " trials takes too long (",
                     kMostBootstrapped, " at most); with so many the other intervals are as good"));
  }
  const absl::StatusOr<std::vector<Dimension>> dimensions = DimensionsOf(question, configs, trials);
  if (!dimensions.ok()) return dimensions.status();

  const TrialsByCell by_cell(Cells(*dimensions, trials), trials.size());
  RobustnessTable table;
  CellMaker maker(question, configs.size(), trials);
  for (size_t cell = 0; cell < by_cell.cells(); ++cell) {
    const absl::Span<const size_t> of_cell = by_cell.Of(cell);
    table.cells.push_back(maker.Make(of_cell));
    for (const Dimension& dimension : *dimensions) {
      const size_t trial = of_cell.front();
      const uint32_t at = dimension.at[dimension.of_trials ? trial : trials[trial].config];
      table.cells.back().key.push_back(dimension.values[at]);
    }
  }
  if (question.best_first) BestFirst(CellMaker::LowerIsBetter(question), table.cells);
  if (question.limit > 0 && table.cells.size() > question.limit) table.cells.resize(question.limit);
  const Dimension degrees = OfParameter(*FindParameter("degree"), configs);
  for (const ParameterValue& degree : degrees.values) {
    table.chance.push_back(1.0 / static_cast<double>(std::get<int64_t>(degree)));
  }
  std::ranges::sort(table.chance, std::greater<>());
  return table;
}

}  // namespace pathsweep

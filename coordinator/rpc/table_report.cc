#include "coordinator/rpc/table_report.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "coordinator/analysis/robustness_table.h"
#include "coordinator/planner/sweep_values.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/measured_metric.h"

namespace pathsweep {
namespace {

Statistic StatisticOf(v1::Statistic statistic) {
  switch (statistic) {
    case v1::STATISTIC_MEDIAN:
      return Statistic::kMedian;
    case v1::STATISTIC_IQM:
      return Statistic::kInterquartileMean;
    case v1::STATISTIC_BEST:
      return Statistic::kBest;
    case v1::STATISTIC_SOLVED:
      return Statistic::kSolved;
    case v1::STATISTIC_STEPS:
      return Statistic::kSteps;
    default:
      return Statistic::kMean;
  }
}

IntervalMethod MethodOf(v1::IntervalMethod method) {
  switch (method) {
    case v1::INTERVAL_METHOD_T:
      return IntervalMethod::kStudentsT;
    case v1::INTERVAL_METHOD_RANKS:
      return IntervalMethod::kRanks;
    case v1::INTERVAL_METHOD_BOOTSTRAP:
      return IntervalMethod::kBootstrap;
    case v1::INTERVAL_METHOD_WILSON:
      return IntervalMethod::kWilson;
    case v1::INTERVAL_METHOD_CLOPPER_PEARSON:
      return IntervalMethod::kClopperPearson;
    case v1::INTERVAL_METHOD_NONE:
      return IntervalMethod::kNone;
    default:
      return IntervalMethod::kDefault;
  }
}

bool IsOfSolutions(Statistic statistic) {
  return statistic == Statistic::kSteps || statistic == Statistic::kSolved;
}

TableQuestion QuestionOf(const v1::GetTableRequest& request, const SweepSpec& spec) {
  const Statistic statistic = StatisticOf(request.statistic());
  return {.rows = {request.rows().begin(), request.rows().end()},
          .columns = {request.columns().begin(), request.columns().end()},
          .metric = IsOfSolutions(statistic) ? std::string(kExactMatch) : MetricOf(request, spec),
          .statistic = statistic,
          .interval = MethodOf(request.interval()),
          .best_first = request.best_first(),
          .limit = static_cast<size_t>(std::max<int64_t>(0, request.limit()))};
}

// Every trial of the sweep, in order, without results.
std::vector<TableTrial> TrialsOf(const Sweep& sweep) {
  std::vector<TableTrial> trials;
  trials.reserve(sweep.trials);
  for (const TrialBlock& block : sweep.blocks) {
    for (int64_t i = 0; i < block.trials; ++i) {
      trials.push_back({.id = block.first_trial + i,
                        .config = static_cast<size_t>(block.ConfigOf(i)),
                        .seed = block.SeedOf(i)});
    }
  }
  return trials;
}

// From which exact_match on each config solves the task.
std::vector<double> SolvedAt(const ConfigColumns& configs) {
  const ConfigColumn* column = configs.Find("solved_at");
  std::vector<double> solved_at(configs.size(), configs.common().solved_at);
  if (column == nullptr) return solved_at;
  for (size_t i = 0; i < configs.size(); ++i) solved_at[i] = std::get<double>(column->ValueOf(i));
  return solved_at;
}

absl::Status AddStates(const Sweep& sweep, const FinalValues& match, const ConfigColumns& configs,
                       ResultsReader& reader, std::vector<TableTrial>& trials) {
  const auto failed = reader.ReadThose(sweep, TrialState::kFailed);
  if (!failed.ok()) return failed.status();
  for (int64_t number : *failed) trials[number].status = TableTrial::Status::kFailed;
  const auto stopped = reader.ReadThose(sweep, TrialState::kStopped);
  if (!stopped.ok()) return stopped.status();
  for (int64_t number : *stopped) trials[number].stopped = true;
  const auto diverged = reader.ReadDiverged(sweep);
  if (!diverged.ok()) return diverged.status();
  for (int64_t number : *diverged) trials[number].diverged = true;
  for (int64_t number : match.without) trials[number].status = TableTrial::Status::kResult;
  const std::vector<double> solved_at = SolvedAt(configs);
  for (size_t i = 0; i < trials.size(); ++i) {
    if (!match.values[i]) continue;
    trials[i].status = TableTrial::Status::kResult;
    trials[i].solved = *match.values[i] >= solved_at[trials[i].config];
  }
  return absl::OkStatus();
}

// What a table is made of.
struct TableValues {
  FinalValues match;                 // whether trials solve the task
  std::optional<FinalValues> other;  // what the statistic is of, if it is something else

  const FinalValues& measured() const { return other ? *other : match; }
};

absl::StatusOr<TableValues> ReadTableValues(const Sweep& sweep, const TableQuestion& question,
                                            ResultsReader& reader) {
  const std::string match(kExactMatch);
  if (question.metric != match) {  // never of solutions
    absl::StatusOr<std::vector<FinalValues>> both =
        reader.ReadFinalOfBoth(sweep, match, question.metric);
    if (!both.ok()) return both.status();
    return TableValues{std::move(both->front()), std::move(both->back())};
  }
  absl::StatusOr<FinalValues> final = reader.ReadFinal(sweep, match);
  if (!final.ok()) return final.status();
  TableValues values{*std::move(final), {}};
  if (question.statistic != Statistic::kSteps) return values;
  absl::StatusOr<FinalValues> first = reader.ReadStepsToSolve(sweep);
  if (!first.ok()) return first.status();
  values.other = *std::move(first);
  return values;
}

v1::TableCell CellToProto(const TableCell& cell, const std::vector<std::string>& names) {
  v1::TableCell proto;
  for (size_t i = 0; i < names.size(); ++i) {
    v1::Parameter& parameter = *proto.add_parameters();
    parameter.set_name(names[i]);
    *parameter.mutable_value() = ToProto(cell.key[i]);
  }
  if (cell.metric) *proto.mutable_metric() = ToProto(*cell.metric);
  if (cell.solved_share) *proto.mutable_solved_share() = ToProto(*cell.solved_share);
  if (cell.best_trial) proto.set_best_trial(*cell.best_trial);
  proto.set_n(cell.n);
  proto.set_configs(cell.configs);
  proto.set_seeds(cell.seeds);
  proto.set_solved(cell.solved);
  proto.set_results(cell.results);
  proto.set_unfinished(cell.unfinished);
  proto.set_failed(cell.failed);
  proto.set_stopped(cell.stopped);
  proto.set_diverged(cell.diverged);
  return proto;
}

}  // namespace

absl::StatusOr<v1::Table> TableOf(const Sweep& sweep, const v1::GetTableRequest& request,
                                  ResultsReader& reader) {
  const TableQuestion question = QuestionOf(request, sweep.spec);
  if (IsOfSolutions(question.statistic) && !request.metric().empty() &&
      request.metric() != kExactMatch) {
    return absl::InvalidArgumentError(absl::StrCat(
        "who solved the task and when is of ", kExactMatch, ", not of `", request.metric(), "`"));
  }
  const ConfigColumns configs = ConfigsOf(sweep);
  const absl::StatusOr<TableValues> values = ReadTableValues(sweep, question, reader);
  if (!values.ok()) return values.status();
  std::vector<TableTrial> trials = TrialsOf(sweep);
  absl::Status added = AddStates(sweep, values->match, configs, reader, trials);
  if (!added.ok()) return added;
  bool any = false;
  for (size_t i = 0; i < trials.size(); ++i) {
    trials[i].value = values->measured().values[i];
    any = any || trials[i].value.has_value();
  }
  if (!any && values->other && question.statistic != Statistic::kSteps) {
    absl::Status known = CheckMeasured(sweep, question.metric, reader);
    if (!known.ok()) return known;
  }
  const absl::StatusOr<RobustnessTable> table = MakeTable(question, configs, trials);
  if (!table.ok()) return table.status();

  v1::Table proto;
  proto.set_sweep(sweep.spec.name);
  proto.set_metric(question.metric);
  *proto.mutable_rows() = request.rows();
  *proto.mutable_columns() = request.columns();
  proto.set_statistic(std::max(request.statistic(), v1::STATISTIC_MEAN));
  proto.set_interval(request.interval());
  proto.set_best_first(request.best_first());
  proto.mutable_chance()->Assign(table->chance.begin(), table->chance.end());
  std::vector<std::string> names = question.rows;
  names.insert(names.end(), question.columns.begin(), question.columns.end());
  for (const TableCell& cell : table->cells) *proto.add_cells() = CellToProto(cell, names);
  return proto;
}

}  // namespace pathsweep

#include <memory>
#include <string>
#include <vector>

#include "client/choice.h"
#include "client/commands/commands.h"
#include "client/views/table_view.h"

namespace pathsweep {
namespace {

Choices<v1::Statistic> Statistics() {
  return {{"mean", v1::STATISTIC_MEAN},     {"median", v1::STATISTIC_MEDIAN},
          {"iqm", v1::STATISTIC_IQM},       {"best", v1::STATISTIC_BEST},
          {"solved", v1::STATISTIC_SOLVED}, {"steps", v1::STATISTIC_STEPS}};
}

Choices<v1::IntervalMethod> IntervalMethods() {
  return {{"t", v1::INTERVAL_METHOD_T},
          {"ranks", v1::INTERVAL_METHOD_RANKS},
          {"bootstrap", v1::INTERVAL_METHOD_BOOTSTRAP},
          {"wilson", v1::INTERVAL_METHOD_WILSON},
          {"clopper-pearson", v1::INTERVAL_METHOD_CLOPPER_PEARSON},
          {"none", v1::INTERVAL_METHOD_NONE}};
}

struct TableOptions {
  std::string sweep;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::string metric;
  v1::Statistic statistic = v1::STATISTIC_MEAN;
  v1::IntervalMethod interval = v1::INTERVAL_METHOD_UNSPECIFIED;
  int64_t top = 10;
};

// `choose_cells` says by the sweep which cells there are.
template <typename ChooseCells>
absl::Status Table(Context& context, const TableOptions& options, const ChooseCells& choose_cells) {
  Connection connection(context.options.server);
  absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(options.sweep);
  if (!sweep.ok()) return sweep.status();
  v1::GetTableRequest request = choose_cells(*sweep);
  request.set_metric(options.metric);
  request.set_statistic(options.statistic);
  request.set_interval(options.interval);
  absl::StatusOr<v1::Table> table = connection.Call(&Connection::Stub::GetTable, request);
  if (!table.ok()) return table.status();
  WriteTable(context.environment.out, context.options.output, *table);
  return absl::OkStatus();
}

// What `table` and `best` have in common.
void AddOptions(CLI::App& command, TableOptions& options) {
  command.add_option("sweep", options.sweep, "name or number of the sweep")->required();
  command.add_option("--metric", options.metric, "docs/metrics.md (default: the sweep's)");
  AddChoice(command, "--statistic", Statistics(), options.statistic,
            "mean, median, iqm (mean of the middle half), best, solved (share of trials that solve "
            "the task) or steps (to a solution); default: mean")
      ->type_name("NAME");
  AddChoice(command, "--interval", IntervalMethods(), options.interval,
            "95 % by t (mean, iqm), ranks (median, steps), bootstrap (all of these), wilson or "
            "clopper-pearson (solved), or none; default: the first")
      ->type_name("METHOD");
}

}  // namespace

void AddTableCommands(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<TableOptions>();
  CLI::App* table = app.add_subcommand(
      "table", "means over seeds with 95 % intervals, and the share of trials that solve the task");
  AddOptions(*table, *options);
  table->add_option("--rows", options->rows, "parameters down the side, comma-separated")
      ->delimiter(',');
  table->add_option("--cols", options->columns, "parameters across the top, comma-separated")
      ->delimiter(',');
  table->callback([=] {
    choose([=](Context& context) {
      return Table(context, *options, [&](const v1::Sweep& sweep) {
        return TableRequest(sweep, options->rows, options->columns);
      });
    });
  });

  CLI::App* best =
      app.add_subcommand("best", "the configs with the best metric, each with a trial");
  AddOptions(*best, *options);
  best->add_option("--top", options->top, "how many (default: 10)")->check(CLI::PositiveNumber);
  best->callback([=] {
    choose([=](Context& context) {
      return Table(context, *options,
                   [&](const v1::Sweep& sweep) { return BestRequest(sweep, options->top); });
    });
  });
}

}  // namespace pathsweep

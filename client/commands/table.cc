#include <memory>
#include <string>
#include <vector>

#include "client/commands/commands.h"
#include "client/table_view.h"

namespace pathsweep {
namespace {

struct TableOptions {
  std::string sweep;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::string metric;
};

absl::Status Table(Context& context, const TableOptions& options) {
  Connection connection(context.options.server);
  absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(options.sweep);
  if (!sweep.ok()) return sweep.status();
  v1::GetTableRequest request = TableRequest(*sweep, options.rows, options.columns);
  request.set_metric(options.metric);
  absl::StatusOr<v1::Table> table = connection.Call(&Connection::Stub::GetTable, request);
  if (!table.ok()) return table.status();
  WriteTable(context.environment.out, context.options.output, *table);
  return absl::OkStatus();
}

}  // namespace

void AddTableCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<TableOptions>();
  CLI::App* table = app.add_subcommand(
      "table", "means over seeds with 95 % intervals, and the share of trials that solve the task");
  table->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  table->add_option("--rows", options->rows, "parameters down the side, comma-separated")
      ->delimiter(',');
  table->add_option("--cols", options->columns, "parameters across the top, comma-separated")
      ->delimiter(',');
  table->add_option("--metric", options->metric, "docs/metrics.md (default: the sweep's)");
  table->callback([=] { choose([=](Context& context) { return Table(context, *options); }); });
}

}  // namespace pathsweep

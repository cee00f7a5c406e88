#include "client/commands/curves.h"

#include <memory>

#include "client/commands/commands.h"
#include "client/views/condition_text.h"
#include "client/views/curves_view.h"

namespace pathsweep {

void AddCurvesOptions(CLI::App& command, CurvesOptions& options) {
  command.add_option("--metric", options.metric, "docs/metrics.md (default: the sweep's)");
  command
      .add_option("--by", options.by,
                  "a curve for each of these parameters' values, comma-separated (default: all "
                  "that vary)")
      ->delimiter(',');
  command
      .add_option("--where", options.where,
                  "only configs with these values: NAME=VALUE, comma-separated")
      ->delimiter(',');
}

absl::StatusOr<v1::Curves> GetCurves(Connection& connection, const std::string& sweep,
                                     const CurvesOptions& options) {
  const absl::StatusOr<std::vector<v1::ClaimCondition>> where = ConditionsFromText(options.where);
  if (!where.ok()) return where.status();
  v1::GetCurvesRequest request;
  request.set_sweep(sweep);
  request.set_metric(options.metric);
  request.mutable_by()->Assign(options.by.begin(), options.by.end());
  request.mutable_where()->Assign(where->begin(), where->end());
  return connection.Call(&Connection::Stub::GetCurves, request);
}

void AddCurvesCommand(CLI::App& app, const Choose& choose) {
  auto sweep = std::make_shared<std::string>();
  auto options = std::make_shared<CurvesOptions>();
  CLI::App* curves = app.add_subcommand(
      "curves", "a metric by the steps of training: means over trials with 95 % intervals");
  curves->add_option("sweep", *sweep, "name or number of the sweep")->required();
  AddCurvesOptions(*curves, *options);
  curves->callback([=] {
    choose([=](Context& context) {
      Connection connection(context.options.server);
      const absl::StatusOr<v1::Curves> answer = GetCurves(connection, *sweep, *options);
      if (!answer.ok()) return answer.status();
      WriteCurves(context.environment.out, context.options.output, *answer);
      return absl::OkStatus();
    });
  });
}

}  // namespace pathsweep

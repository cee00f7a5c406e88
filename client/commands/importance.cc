#include <memory>
#include <string>

#include "client/commands/commands.h"
#include "client/views/effects_view.h"

namespace pathsweep {

void AddImportanceCommand(CLI::App& app, const Choose& choose) {
  auto request = std::make_shared<v1::GetImportanceRequest>();
  CLI::App* importance = app.add_subcommand(
      "importance", "which parameters explain how the configs differ in a metric");
  importance
      ->add_option_function<std::string>(
          "sweep", [=](const std::string& sweep) { request->set_sweep(sweep); },
          "name or number of the sweep")
      ->required();
  importance->add_option_function<std::string>(
      "--metric", [=](const std::string& metric) { request->set_metric(metric); },
      "docs/metrics.md (default: the sweep's)");
  importance->callback([=] {
    choose([=](Context& context) {
      Connection connection(context.options.server);
      const absl::StatusOr<v1::Importance> answer =
          connection.Call(&Connection::Stub::GetImportance, *request);
      if (!answer.ok()) return answer.status();
      WriteImportance(context.environment.out, context.options.output, *answer);
      return absl::OkStatus();
    });
  });
}

}  // namespace pathsweep

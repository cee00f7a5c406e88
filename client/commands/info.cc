#include <memory>
#include <string>

#include "base/trial_parameters.h"
#include "client/commands/commands.h"
#include "client/completion.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

absl::Status Workers(Context& context) {
  Connection connection(context.options.server);
  absl::StatusOr<v1::ListWorkersResponse> response =
      connection.Call(&Connection::Stub::ListWorkers, v1::ListWorkersRequest());
  if (!response.ok()) return response.status();
  context.Print(WorkersReport({response->workers().begin(), response->workers().end()}));
  return absl::OkStatus();
}

absl::Status Parameters(Context& context) {
  Report report{Json::array(), {"parameter", "type", "range", "default", "meaning"}, {}};
  for (const ParameterSpec& spec : TrialParameterTable()) {
    const std::string name(spec.name), type(TypeName(spec)),
        range = RangeText(spec), initial = FormatValue(DefaultValue(spec)), meaning(spec.meaning);
    report.json.push_back({{"name", name},
                           {"type", type},
                           {"range", range},
                           {"default", initial},
                           {"meaning", meaning}});
    report.rows.push_back({name, type, range, initial, meaning});
  }
  context.Print(report);
  return absl::OkStatus();
}

}  // namespace

void AddInfoCommands(CLI::App& app, const Choose& choose) {
  app.add_subcommand("workers", "the workers and what they run")->callback([=] {
    choose(Workers);
  });
  app.add_subcommand("parameters", "every parameter that a trial has")->callback([=] {
    choose(Parameters);
  });
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "print a script that completes sweepctl's command line");
  completion->add_option("shell", *shell)
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([=, &app] {
    choose([=, &app](Context& context) {
      context.environment.out << CompletionScript(app, *shell);
      return absl::OkStatus();
    });
  });
}

}  // namespace pathsweep

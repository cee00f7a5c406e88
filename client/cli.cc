#include "client/cli.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "client/commands/commands.h"
#include "client/context.h"

namespace pathsweep {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done, 1 failure, 2 wrong arguments or sweep file, 3 no coordinator,\n"
    "4 no such sweep, trial or file, 130 interrupted.";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  static const std::map<std::string, OutputFormat> kFormats = {
      {"table", OutputFormat::kTable},
      {"json", OutputFormat::kJson},
      {"csv", OutputFormat::kCsv},
      {"markdown", OutputFormat::kMarkdown}};
  app.add_option("--server", options.server, "HOST:PORT or unix:PATH of the coordinator")
      ->envname("PATHSWEEP_SERVER")
      ->capture_default_str();
  app.add_option("--output", options.output, "table, json, csv or markdown")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
}

}  // namespace

ExitCode RunCli(int argc, const char* const* argv, Environment& environment) {
  CLI::App app{"sweepctl: submit sweeps, follow them, and read their tables", "sweepctl"};
  app.set_version_flag("--version", PATHSWEEP_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // global options may also stand after the command
  app.footer(kFooter);
  GlobalOptions options;
  AddGlobalOptions(app, options);
  Command chosen;
  const Choose choose = [&](Command command) { chosen = std::move(command); };
  AddSweepCommands(app, choose);
  AddTrialCommands(app, choose);
  AddTableCommand(app, choose);
  AddRunCommand(app, choose);
  AddTaskCommands(app, choose);
  AddInfoCommands(app, choose);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, environment.out, environment.err);
    return code == 0 ? ExitCode::kOk : ExitCode::kInvalidInput;
  }
  Context context{environment, options};
  const absl::Status status = chosen(context);
  if (!status.ok()) environment.err << "sweepctl: " << std::string(status.message()) << std::endl;
  return ExitCodeOf(status);
}

}  // namespace pathsweep

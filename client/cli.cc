#include "client/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "client/choice.h"
#include "client/commands/commands.h"
#include "client/context.h"

namespace pathsweep {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done, 1 failure, 2 wrong arguments or sweep file, 3 no coordinator,\n"
    "4 no such sweep or trial, 130 interrupted.";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--server", options.server, "HOST:PORT or unix:PATH of the coordinator")
      ->envname("PATHSWEEP_SERVER")
      ->capture_default_str();
  const Choices<OutputFormat> formats = {{"table", OutputFormat::kTable},
                                         {"json", OutputFormat::kJson},
                                         {"csv", OutputFormat::kCsv},
                                         {"markdown", OutputFormat::kMarkdown},
                                         {"latex", OutputFormat::kLatex}};
  AddChoice(app, "--output", formats, options.output, "table, json, csv, markdown or latex")
      ->type_name("FORM")
      ->default_str("table");
}

// The commands that the line names, the program first and the deepest that CLI11 understood last.
std::vector<const CLI::App*> Named(const CLI::App& app) {
  std::vector<const CLI::App*> named = {&app};
  for (std::vector<CLI::App*> parsed = app.get_subcommands(); !parsed.empty();
       parsed = named.back()->get_subcommands()) {
    named.push_back(parsed.back());
  }
  return named;
}

// "sweepctl task generate"
std::string FullName(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name()
                           : absl::StrCat(FullName(*parent), " ", command.get_name());
}

// What was not understood, and what is closest to it.
std::string UnknownWord(const CLI::App& app, const std::string& said) {
  const std::string word = said.substr(0, said.find('='));  // --option=value
  const std::vector<const CLI::App*> commands = Named(app);
  const bool is_option = absl::StartsWith(word, "-");
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : command->get_options()) names.push_back(option->get_name());
  }
  if (!is_option) {
    names.clear();
    for (const CLI::App* sub : commands.back()->get_subcommands({})) {
      names.push_back(sub->get_name());
    }
  }
  const std::vector<absl::string_view> known(names.begin(), names.end());
  return absl::StrCat("unknown ",
                      is_option       ? "option"
                      : names.empty() ? "argument"
                                      : "command",
                      " `", word, "`", DidYouMean(word, known));
}

// Words that belong to no command, in the order of the line.
std::vector<std::string> Leftovers(const CLI::App& app) {
  std::vector<std::string> words = app.remaining(/*recurse=*/true);
  // An unknown option may stand after its value here.
  std::ranges::stable_partition(words,
                                [](const std::string& word) { return word.starts_with('-'); });
  return words;
}

ExitCode Refuse(const CLI::App& app, const CLI::ParseError& error, std::ostream& err) {
  const std::vector<std::string> leftovers = Leftovers(app);
  err << "sweepctl: " << (leftovers.empty() ? error.what() : UnknownWord(app, leftovers.front()))
      << "\nsee `" << FullName(*Named(app).back()) << " --help`" << std::endl;
  return ExitCode::kInvalidInput;
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
  AddInspectCommand(app, choose);
  AddTableCommands(app, choose);
  AddImportanceCommand(app, choose);
  AddCurvesCommand(app, choose);
  AddCompareCommand(app, choose);
  AddClaimsCommand(app, choose);
  AddPlotCommands(app, choose);
  AddExportCommand(app, choose);
  AddReportCommand(app, choose);
  AddRunCommand(app, choose);
  AddBackupCommand(app, choose);
  AddTaskCommands(app, choose);
  AddInfoCommands(app, choose);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked, environment.out, environment.err);
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    return Refuse(app, error, environment.err);
  }
  Context context{environment, options};
  absl::Status status = chosen(context);
  environment.out.flush();
  if (!environment.out) status.Update(absl::DataLossError("cannot write to standard output"));
  if (!status.ok()) environment.err << "sweepctl: " << std::string(status.message()) << std::endl;
  return ExitCodeOf(status);
}

}  // namespace pathsweep

// The commands of sweepctl. Each adds its subcommand, with options and help, to the
// program; `run` is called with the command's function once the line is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"
#include "client/context.h"

namespace pathsweep {

using Command = std::function<absl::Status(Context&)>;
// Remembers the chosen command.
using Choose = std::function<void(Command)>;

void AddSweepCommands(CLI::App& app, const Choose& choose);      // submit list show cancel watch
void AddTrialCommands(CLI::App& app, const Choose& choose);      // trials trial
void AddInspectCommand(CLI::App& app, const Choose& choose);     // inspect
void AddTableCommands(CLI::App& app, const Choose& choose);      // table best
void AddImportanceCommand(CLI::App& app, const Choose& choose);  // importance
void AddCurvesCommand(CLI::App& app, const Choose& choose);      // curves
void AddCompareCommand(CLI::App& app, const Choose& choose);     // compare
void AddClaimsCommand(CLI::App& app, const Choose& choose);      // claims
void AddPlotCommands(CLI::App& app, const Choose& choose);       // plot …
void AddExportCommand(CLI::App& app, const Choose& choose);      // export
void AddReportCommand(CLI::App& app, const Choose& choose);      // report
void AddRunCommand(CLI::App& app, const Choose& choose);         // run
void AddBackupCommand(CLI::App& app, const Choose& choose);      // backup
void AddTaskCommands(CLI::App& app, const Choose& choose);       // task generate, task check
void AddInfoCommands(CLI::App& app, const Choose& choose);       // workers parameters completion

}  // namespace pathsweep

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/commands.h"
#include "client/trial_pages.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

absl::Status Trials(Context& context, const std::string& sweep) {
  Connection connection(context.options.server);
  std::vector<v1::Trial> trials;
  absl::Status read =
      ForEachTrial(connection, sweep, context.environment.interrupts, [&](v1::Trial& trial) {
        trials.push_back(std::move(trial));
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  context.Print(TrialsReport(trials));
  return absl::OkStatus();
}

absl::Status Trial(Context& context, int64_t id) {
  Connection connection(context.options.server);
  v1::GetTrialRequest request;
  request.set_id(id);
  absl::StatusOr<v1::Trial> trial = connection.Call(&Connection::Stub::GetTrial, request);
  if (!trial.ok()) return trial.status();
  context.Print(TrialReport(*trial));
  return absl::OkStatus();
}

}  // namespace

void AddTrialCommands(CLI::App& app, const Choose& choose) {
  auto sweep = std::make_shared<std::string>();
  CLI::App* trials = app.add_subcommand("trials", "a sweep's trials with their newest results");
  trials->add_option("sweep", *sweep, "name or number of the sweep")->required();
  trials->callback([=] { choose([=](Context& context) { return Trials(context, *sweep); }); });
  auto id = std::make_shared<int64_t>();
  CLI::App* trial = app.add_subcommand("trial", "one trial: parameters, results, why it ended");
  trial->add_option("id", *id, "number of the trial")->required();
  trial->callback([=] { choose([=](Context& context) { return Trial(context, *id); }); });
}

}  // namespace pathsweep

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/sweep_name.h"
#include "client/commands/commands.h"
#include "client/progress.h"
#include "client/request_id.h"
#include "client/submission.h"
#include "client/sweep_file/sweep_file.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

struct SubmitOptions {
  std::string file;
  std::string name;
  bool watch = false;
  bool dry_run = false;
};

absl::Status Follow(Context& context, const std::string& sweep, bool print_at_end) {
  Connection connection(context.options.server);
  Environment progress = context.ForProgress(context.environment.interrupts);
  absl::StatusOr<v1::Sweep> ended = WatchSweep(connection, sweep, progress);
  if (!ended.ok()) return ended.status();
  if (print_at_end && context.options.output != OutputFormat::kTable) {
    context.Print(SweepReport(*ended));
  }
  if (ended->trials().failed() == 0) return absl::OkStatus();
  return absl::AbortedError("some trials failed; `sweepctl trials` says why");
}

absl::Status Watch(Context& context, const std::string& sweep) {
  return Follow(context, sweep, /*print_at_end=*/true);
}

absl::Status Submit(Context& context, const SubmitOptions& options) {
  std::vector<std::string> notices;
  absl::StatusOr<v1::SweepSpec> spec = ReadSweepFile(options.file, &notices);
  if (!spec.ok()) return spec.status();
  for (const std::string& notice : notices) {
    context.environment.err << options.file << ": " << notice << std::endl;
  }
  if (!options.name.empty()) spec->set_name(options.name);
  if (absl::Status name = CheckSweepName(spec->name()); !name.ok()) return name;
  if (options.dry_run) {
    absl::StatusOr<Report> report = DryRunReport(*spec);
    if (!report.ok()) return report.status();
    context.Print(*report);
    return absl::OkStatus();
  }
  v1::SubmitSweepRequest request;
  request.set_request_id(RandomRequestId());
  *request.mutable_spec() = *std::move(spec);
  Connection connection(context.options.server);
  absl::StatusOr<v1::SubmitSweepResponse> response =
      connection.Call(&Connection::Stub::SubmitSweep, request);
  if (!response.ok()) return response.status();
  const v1::Sweep& sweep = response->sweep();
  if (context.options.output == OutputFormat::kTable) {
    context.environment.out << sweep.spec().name() << std::endl;  // so that $(…) gets it
    context.environment.err << sweep.trials().total() << " trials queued" << std::endl;
  } else {
    context.Print(SubmissionReport(sweep));
  }
  return options.watch ? Follow(context, sweep.spec().name(), false) : absl::OkStatus();
}

absl::Status List(Context& context) {
  Connection connection(context.options.server);
  absl::StatusOr<v1::ListSweepsResponse> response =
      connection.Call(&Connection::Stub::ListSweeps, v1::ListSweepsRequest());
  if (!response.ok()) return response.status();
  context.Print(SweepsReport({response->sweeps().begin(), response->sweeps().end()}));
  return absl::OkStatus();
}

absl::Status Show(Context& context, const std::string& sweep) {
  Connection connection(context.options.server);
  absl::StatusOr<v1::Sweep> response = connection.GetSweep(sweep, /*with_early_stops=*/true);
  if (!response.ok()) return response.status();
  context.Print(SweepReport(*response));
  return absl::OkStatus();
}

// Changes a sweep and prints how it then is.
template <typename Request, typename Response>
absl::Status Change(Context& context, const std::string& sweep,
                    grpc::Status (Connection::Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*)) {
  Request request;
  request.set_sweep(sweep);
  Connection connection(context.options.server);
  absl::StatusOr<Response> response = connection.Call(method, request);
  if (!response.ok()) return response.status();
  context.Print(SweepReport(response->sweep()));
  return absl::OkStatus();
}

struct CancelOptions {
  std::string sweep;
  std::optional<int64_t> trial;
};

absl::Status Cancel(Context& context, const CancelOptions& options) {
  if (options.sweep.empty() == !options.trial) {
    return absl::InvalidArgumentError("name a sweep, or a trial with --trial");
  }
  if (!options.trial) return Change(context, options.sweep, &Connection::Stub::CancelSweep);
  v1::CancelTrialRequest request;
  request.set_id(*options.trial);
  Connection connection(context.options.server);
  absl::StatusOr<v1::CancelTrialResponse> response =
      connection.Call(&Connection::Stub::CancelTrial, request);
  if (!response.ok()) return response.status();
  context.Print(TrialReport(response->trial()));
  return absl::OkStatus();
}

struct ExtendOptions {
  std::string sweep;
  std::string file;
};

absl::Status Extend(Context& context, const ExtendOptions& options) {
  absl::StatusOr<v1::ExtendSweepRequest> request = ReadExtension(options.file);
  if (!request.ok()) return request.status();
  request->set_sweep(options.sweep);
  Connection connection(context.options.server);
  absl::StatusOr<v1::ExtendSweepResponse> response =
      connection.Call(&Connection::Stub::ExtendSweep, *request);
  if (!response.ok()) return response.status();
  context.Print(SweepReport(response->sweep()));
  return absl::OkStatus();
}

absl::Status Pause(Context& context, const std::string& sweep) {
  return Change(context, sweep, &Connection::Stub::PauseSweep);
}

absl::Status Resume(Context& context, const std::string& sweep) {
  return Change(context, sweep, &Connection::Stub::ResumeSweep);
}

absl::Status RetryFailed(Context& context, const std::string& sweep) {
  return Change(context, sweep, &Connection::Stub::RetryFailed);
}

struct PruneOptions {
  std::vector<std::string> sweeps;
  std::optional<double> older_than_days;
  bool yes = false;
};

// Those that were named, or all that have ended and are old enough.
absl::StatusOr<std::vector<v1::Sweep>> ToPrune(Connection& connection, const Context& context,
                                               const PruneOptions& options) {
  std::vector<v1::Sweep> chosen;
  for (const std::string& name : options.sweeps) {
    absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(name);
    if (!sweep.ok()) return sweep.status();
    chosen.push_back(*std::move(sweep));
  }
  if (!options.older_than_days) return chosen;
  absl::StatusOr<v1::ListSweepsResponse> all =
      connection.Call(&Connection::Stub::ListSweeps, v1::ListSweepsRequest());
  if (!all.ok()) return all.status();
  const absl::Time limit =
      context.environment.clock.Now() - absl::Hours(24) * *options.older_than_days;
  for (const v1::Sweep& sweep : all->sweeps()) {
    const absl::Time created = absl::FromUnixSeconds(sweep.created_at().seconds());
    if (HasEnded(sweep) && created < limit) chosen.push_back(sweep);
  }
  return chosen;
}

absl::Status Prune(Context& context, const PruneOptions& options) {
  if (options.older_than_days && !std::isfinite(*options.older_than_days)) {
    return absl::InvalidArgumentError("--older-than needs a number of days");
  }
  if (options.sweeps.empty() == !options.older_than_days) {
    return absl::InvalidArgumentError("name sweeps, or those that are old with --older-than");
  }
  Connection connection(context.options.server);
  absl::StatusOr<std::vector<v1::Sweep>> sweeps = ToPrune(connection, context, options);
  if (!sweeps.ok()) return sweeps.status();
  if (!options.yes) {
    context.Print(SweepsReport(*sweeps));
    context.environment.err << "nothing is removed yet; with --yes these are, for good"
                            << std::endl;
    return absl::OkStatus();
  }
  std::vector<v1::Sweep> removed;
  absl::Status status;
  for (const v1::Sweep& sweep : *sweeps) {
    v1::PruneSweepRequest request;
    request.set_sweep(absl::StrCat(sweep.id()));  // an id is never another sweep's
    status = connection.Call(&Connection::Stub::PruneSweep, request).status();
    if (absl::IsNotFound(status)) status = absl::OkStatus();  // gone: asked twice
    if (!status.ok()) break;
    removed.push_back(sweep);
  }
  context.Print(SweepsReport(removed));
  return status;
}

using SweepCommand = absl::Status (*)(Context&, const std::string&);

CLI::App* AddSweepCommand(CLI::App& app, const std::string& name, const std::string& help,
                          SweepCommand run, const Choose& choose) {
  auto sweep = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("sweep", *sweep, "name or number of the sweep")->required();
  command->callback([=] { choose([=](Context& context) { return run(context, *sweep); }); });
  return command;
}

void AddExtendCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<ExtendOptions>();
  CLI::App* extend = app.add_subcommand(
      "extend", "add the seeds and values of a file that a sweep lacks; its trials stay");
  extend->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  extend->add_option("file", options->file, "sweep file; its parameters and seeds alone count")
      ->required();
  extend->callback([=] { choose([=](Context& context) { return Extend(context, *options); }); });
}

void AddCancelCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<CancelOptions>();
  CLI::App* cancel =
      app.add_subcommand("cancel", "end a sweep's trials and start no more, or end one trial");
  cancel->add_option("sweep", options->sweep, "name or number of the sweep");
  cancel->add_option("--trial", options->trial, "number of the one trial to cancel");
  cancel->callback([=] { choose([=](Context& context) { return Cancel(context, *options); }); });
}

void AddPruneCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<PruneOptions>();
  CLI::App* prune = app.add_subcommand(
      "prune", "remove sweeps that have ended, with all results; shows them first");
  prune->add_option("sweeps", options->sweeps, "names or numbers of the sweeps");
  prune
      ->add_option("--older-than", options->older_than_days,
                   "all that have ended and were submitted before so many days")
      ->check(CLI::Range(0.0, 36500.0))
      ->type_name("DAYS");
  prune->add_flag("--yes", options->yes, "remove what is shown");
  prune->callback([=] { choose([=](Context& context) { return Prune(context, *options); }); });
}

}  // namespace

void AddSweepCommands(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* submit = app.add_subcommand("submit", "queue the sweep that a file describes");
  submit->add_option("file", options->file, "sweep file; docs/sweep_file.md")->required();
  submit->add_option("--name", options->name, "name of the sweep (default: that of the file)");
  submit->add_flag("--watch", options->watch, "follow the sweep until it ends");
  submit->add_flag("--dry-run", options->dry_run,
                   "check the file and print the number of trials and the first few");
  submit->callback([=] { choose([=](Context& context) { return Submit(context, *options); }); });
  app.add_subcommand("list", "all sweeps, newest first")->callback([=] { choose(List); });
  AddSweepCommand(app, "show", "a sweep's state and how many trials are in which", Show, choose);
  AddSweepCommand(app, "watch", "follow a sweep until it ends", Watch, choose);
  AddSweepCommand(app, "pause", "start no trial of a sweep until it is resumed; the running go on",
                  Pause, choose);
  AddSweepCommand(app, "resume", "go on with a paused sweep", Resume, choose);
  AddSweepCommand(app, "retry", "let a sweep's failed trials try again", RetryFailed, choose)
      ->add_flag_callback(
          "--failed", [] {}, "those that failed: what is retried in any case");
  AddExtendCommand(app, choose);
  AddCancelCommand(app, choose);
  AddPruneCommand(app, choose);
}

}  // namespace pathsweep

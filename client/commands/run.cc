#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/local_cluster.h"
#include "client/progress.h"
#include "client/request_id.h"
#include "client/sweep_file.h"
#include "client/table_view.h"

namespace pathsweep {
namespace {

struct RunOptions {
  std::string file;
  LocalClusterOptions cluster;
  std::string database;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
};

// Stops waiting when the user interrupts or a process of the cluster has ended.
class ClusterInterrupts : public Interrupts {
 public:
  ClusterInterrupts(Interrupts& user, LocalCluster& cluster) : user_(user), cluster_(cluster) {}

  void Catch() override { user_.Catch(); }
  bool Wait(absl::Duration duration) override {
    return user_.Wait(duration) && cluster_.Health().ok();
  }

 private:
  Interrupts& user_;
  LocalCluster& cluster_;
};

// Unless the user says otherwise: objectives across, all else that is swept down.
v1::GetTableRequest TableRequest(const RunOptions& options, const v1::Sweep& sweep) {
  v1::GetTableRequest request;
  request.set_sweep(sweep.spec().name());
  request.mutable_rows()->Assign(options.rows.begin(), options.rows.end());
  request.mutable_columns()->Assign(options.columns.begin(), options.columns.end());
  if (!options.rows.empty() || !options.columns.empty()) return request;
  for (const v1::Axis& axis : sweep.spec().axes()) {
    axis.name() == "objective" ? request.add_columns(axis.name()) : request.add_rows(axis.name());
  }
  return request;
}

absl::Status PrintTable(Context& context, Connection& connection,
                        const v1::GetTableRequest& request) {
  absl::StatusOr<v1::Table> table = connection.Call(&Connection::Stub::GetTable, request);
  if (!table.ok()) return table.status();
  WriteTable(context.environment.out, context.options.output, *table);
  return absl::OkStatus();
}

// Progress goes where it does not mix with output for machines.
Environment ForProgress(Context& context, Interrupts& interrupts) {
  const Environment& outer = context.environment;
  const bool for_people = context.options.output == OutputFormat::kTable;
  return {for_people ? outer.out : outer.err,
          outer.err,
          outer.terminal && for_people,
          outer.clock,
          interrupts,
          outer.programs};
}

absl::Status RunSweep(Context& context, const RunOptions& options, LocalCluster& cluster,
                      const v1::SweepSpec& spec) {
  Connection connection(cluster.address());
  v1::SubmitSweepRequest request;
  request.set_request_id(RequestIdOf(spec));
  *request.mutable_spec() = spec;
  absl::StatusOr<v1::SubmitSweepResponse> submitted =
      connection.Call(&Connection::Stub::SubmitSweep, request);
  if (!submitted.ok()) return submitted.status();
  ClusterInterrupts interrupts(context.environment.interrupts, cluster);
  Environment progress = ForProgress(context, interrupts);
  absl::StatusOr<v1::Sweep> ended =
      WatchSweep(connection, submitted->sweep().spec().name(), progress);
  if (!ended.ok()) {
    absl::Status health = cluster.Health();
    return health.ok() ? ended.status() : health;
  }
  progress.out << "\n";
  absl::Status printed = PrintTable(context, connection, TableRequest(options, *ended));
  if (!printed.ok() || ended->trials().failed() == 0) return printed;
  return absl::AbortedError(absl::StrCat(ended->trials().failed(), " trials failed; ",
                                         cluster.log().string(), " has the workers' log"));
}

absl::Status Run(Context& context, RunOptions options) {
  absl::StatusOr<v1::SweepSpec> spec = ReadSweepFile(options.file);
  if (!spec.ok()) return spec.status();
  options.cluster.database = options.database.empty()
                                 ? std::filesystem::path(options.file).stem().string() + ".db"
                                 : options.database;
  context.environment.interrupts.Catch();
  absl::StatusOr<std::unique_ptr<LocalCluster>> cluster =
      LocalCluster::Start(options.cluster, context.environment);
  if (!cluster.ok()) return cluster.status();
  absl::Status status = RunSweep(context, options, **cluster, *spec);
  if (!absl::IsCancelled(status)) return status;
  return absl::CancelledError(absl::StrCat("interrupted; the same command goes on from ",
                                           options.cluster.database.string()));
}

}  // namespace

void AddRunCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run = app.add_subcommand(
      "run", "run a sweep here, with a coordinator and workers of its own, and print its table");
  run->add_option("file", options->file, "sweep file; docs/sweep_file.md")->required();
  run->add_option("--workers", options->cluster.workers, "worker processes")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  run->add_option("--threads", options->cluster.threads, "CPU threads of each worker")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  run->add_option("--device", options->cluster.device, "auto, cpu or cuda:N")
      ->capture_default_str();
  run->add_option("--database", options->database,
                  "results file; run again, it goes on (default: the sweep file's name with .db)");
  run->add_option("--rows", options->rows, "the table's rows, comma-separated")->delimiter(',');
  run->add_option("--cols", options->columns, "the table's columns, comma-separated")
      ->delimiter(',');
  run->callback([=] { choose([=](Context& context) { return Run(context, *options); }); });
}

}  // namespace pathsweep

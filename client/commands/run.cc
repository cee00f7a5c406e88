#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/report.h"
#include "client/local_cluster.h"
#include "client/output_file.h"
#include "client/progress.h"
#include "client/request_id.h"
#include "client/sweep_file/sweep_file.h"
#include "client/views/claims_view.h"
#include "client/views/reports.h"
#include "client/views/table_view.h"

namespace pathsweep {
namespace {

struct RunOptions {
  std::string file;
  LocalClusterOptions cluster;
  std::string database;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::string report;  // empty: none
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

absl::Status PrintTable(Context& context, Connection& connection,
                        const v1::GetTableRequest& request) {
  absl::StatusOr<v1::Table> table = connection.Call(&Connection::Stub::GetTable, request);
  if (!table.ok()) return table.status();
  WriteTable(context.environment.out, context.options.output, *table);
  return absl::OkStatus();
}

// Those of the file, whatever the sweep was first submitted with. Programs ask `sweepctl claims`.
absl::Status PrintClaims(Context& context, Connection& connection, const std::string& sweep,
                         const v1::SweepSpec& spec) {
  const OutputFormat format = context.options.output;
  const bool for_people = format == OutputFormat::kTable || format == OutputFormat::kMarkdown;
  if (spec.claims().empty() || !for_people) return absl::OkStatus();
  v1::GetClaimsRequest request;
  request.set_sweep(sweep);
  *request.mutable_claims() = spec.claims();
  absl::StatusOr<v1::GetClaimsResponse> claims =
      connection.Call(&Connection::Stub::GetClaims, request);
  if (!claims.ok()) return claims.status();
  context.environment.out << "\n";
  WriteClaims(context.environment.out, format, *claims);
  return absl::OkStatus();
}

// A database may hold other sweeps that are not done, which then share the workers.
absl::Status TellOfOthers(Connection& connection, const v1::Sweep& own, const RunOptions& options,
                          std::ostream& out) {
  absl::StatusOr<v1::ListSweepsResponse> all =
      connection.Call(&Connection::Stub::ListSweeps, v1::ListSweepsRequest());
  if (!all.ok()) return all.status();
  for (const v1::Sweep& sweep : all->sweeps()) {
    if (sweep.id() == own.id() || sweep.state() != v1::SWEEP_STATE_RUNNING) continue;
    out << options.cluster.database.string() << " has another sweep, `" << sweep.spec().name()
        << "`, with " << Unfinished(sweep.trials())
        << " trials to do, which shares the workers with `" << own.spec().name()
        << "`. For this sweep alone, name another --database." << std::endl;
  }
  return absl::OkStatus();
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
  Environment progress = context.ForProgress(interrupts);
  absl::Status told = TellOfOthers(connection, submitted->sweep(), options, progress.out);
  if (!told.ok()) return told;
  absl::StatusOr<v1::Sweep> ended =
      WatchSweep(connection, submitted->sweep().spec().name(), progress);
  if (!ended.ok()) {
    absl::Status health = cluster.Health();
    return health.ok() ? ended.status() : health;
  }
  progress.out << "\n";
  absl::Status printed =
      PrintTable(context, connection, TableRequest(*ended, options.rows, options.columns));
  printed.Update(PrintClaims(context, connection, ended->spec().name(), spec));
  if (printed.ok() && !options.report.empty()) {
    const absl::StatusOr<int64_t> bytes = WriteReportPage(
        connection, {ended->spec().name(), "", options.report}, context.environment.clock.Now());
    printed = bytes.status();
    if (bytes.ok()) progress.out << "\n" << options.report << ": " << *bytes << " bytes\n";
  }
  if (!printed.ok() || ended->trials().failed() == 0) return printed;
  return absl::AbortedError(absl::StrCat(ended->trials().failed(), " trials failed; ",
                                         cluster.log().string(), " has the workers' log"));
}

absl::Status Run(Context& context, RunOptions options) {
  std::vector<std::string> notices;
  if (!options.report.empty()) {  // not when all is done
    if (absl::Status can = CreateOutput(options.report).status(); !can.ok()) return can;
  }
  absl::StatusOr<v1::SweepSpec> spec = ReadSweepFile(options.file, &notices);
  if (!spec.ok()) return spec.status();
  for (const std::string& notice : notices) {
    context.environment.err << options.file << ": " << notice << std::endl;
  }
  options.cluster.database = options.database.empty()
                                 ? std::filesystem::path(options.file).stem().string() + ".db"
                                 : options.database;
  context.environment.interrupts.Catch();
  absl::StatusOr<std::unique_ptr<LocalCluster>> cluster =
      LocalCluster::Start(options.cluster, context.environment);
  if (!cluster.ok()) return cluster.status();
  absl::Status status = RunSweep(context, options, **cluster, *spec);
  if (absl::IsInternal(status)) {  // a process ended
    return absl::InternalError(absl::StrCat(status.message(), "\nThe same command goes on from ",
                                            options.cluster.database.string()));
  }
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
  run->add_option("--report", options->report,
                  "FILE.html: the page of `sweepctl report`, at the end");
  run->callback([=] { choose([=](Context& context) { return Run(context, *options); }); });
}

}  // namespace pathsweep

#include "client/commands/report.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/commands.h"
#include "client/commands/report_page.h"
#include "client/output_file.h"
#include "client/plot/plots.h"
#include "client/views/table_view.h"

namespace pathsweep {
namespace {

constexpr int kVerdicts = 20'000;
constexpr int64_t kCells = 20'000;
constexpr int64_t kBest = 20;

// Of the parameters but these, the one that explains most; empty if there is none.
std::string MostImportant(const v1::Importance& importance,
                          const google::protobuf::RepeatedPtrField<std::string>& but = {}) {
  for (const v1::Effect& effect : importance.effects().all()) {
    if (effect.parameters_size() != 1) continue;
    const std::string& name = effect.parameters(0);
    if (std::ranges::find(but, name) == but.end()) return name;
  }
  return "";
}

// Curves that can be told apart: of all configs, or else by the parameter that explains most.
absl::StatusOr<v1::Curves> AskCurves(Connection& connection, const v1::Importance& importance) {
  v1::GetCurvesRequest request;
  request.set_sweep(importance.sweep());
  request.set_metric(importance.metric());
  absl::StatusOr<v1::Curves> all = connection.Call(&Connection::Stub::GetCurves, request);
  const std::string most = MostImportant(importance);
  const bool too_many = all.ok() ? !CurvesPlot(*all).ok() : absl::IsResourceExhausted(all.status());
  if (!too_many || most.empty()) return all;
  request.add_by(most);
  return connection.Call(&Connection::Stub::GetCurves, request);
}

// A table that can be drawn: the same, or else with the row parameter alone that explains most.
absl::StatusOr<v1::Table> AskOverview(Connection& connection, const v1::Table& table,
                                      const v1::Importance& importance) {
  const std::string most = MostImportant(importance, table.columns());
  if (TablePlot(table).ok() || most.empty()) return table;
  v1::GetTableRequest request;
  request.set_sweep(table.sweep());
  request.set_metric(table.metric());
  request.add_rows(most);
  *request.mutable_columns() = table.columns();
  return connection.Call(&Connection::Stub::GetTable, request);
}

template <typename Request, typename Answer>
absl::Status Ask(Connection& connection,
                 grpc::Status (Connection::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Answer*),
                 Request request, const std::string& sweep, Answer& answer) {
  request.set_sweep(sweep);
  absl::StatusOr<Answer> answered = connection.Call(method, request);
  if (!answered.ok()) return answered.status();
  answer = *std::move(answered);
  return absl::OkStatus();
}

absl::StatusOr<SweepFindings> AskAll(Connection& connection, const ReportQuestion& question) {
  absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(question.sweep, /*with_early_stops=*/true);
  if (!sweep.ok()) return sweep.status();
  SweepFindings findings{.sweep = *std::move(sweep)};
  const std::string& id = findings.sweep.spec().name();
  v1::GetClaimsRequest claims;
  claims.set_max_verdicts(kVerdicts);
  // What was sampled has no grid to show; its best configs are.
  v1::GetTableRequest table = findings.sweep.spec().joint().empty()
                                  ? TableRequest(findings.sweep, {}, {})
                                  : BestRequest(findings.sweep, kBest);
  if (!table.best_first()) table.set_limit(kCells);
  table.set_metric(question.metric);
  v1::GetImportanceRequest importance;
  importance.set_metric(question.metric);
  using Stub = Connection::Stub;
  for (const absl::Status& asked :
       {Ask(connection, &Stub::GetClaims, claims, id, findings.claims),
        Ask(connection, &Stub::GetTable, table, id, findings.table),
        Ask(connection, &Stub::GetImportance, importance, id, findings.importance),
        Ask(connection, &Stub::ListEnvironments, v1::ListEnvironmentsRequest(), id,
            findings.environments)}) {
    if (!asked.ok()) return asked;
  }
  absl::StatusOr<v1::Table> overview = AskOverview(connection, findings.table, findings.importance);
  if (!overview.ok()) return overview.status();
  findings.overview = *std::move(overview);
  findings.curves = AskCurves(connection, findings.importance);
  const bool tells = findings.curves.ok() || absl::IsResourceExhausted(findings.curves.status());
  if (!tells) return findings.curves.status();
  return findings;
}

}  // namespace

absl::StatusOr<int64_t> WriteReportPage(Connection& connection, const ReportQuestion& question,
                                        absl::Time now) {
  const absl::StatusOr<SweepFindings> findings = AskAll(connection, question);
  if (!findings.ok()) return findings.status();
  const std::string page = ReportPage(*findings, DrawSvg, now);
  if (absl::Status written = WriteOutput(question.file, page); !written.ok()) return written;
  return static_cast<int64_t>(page.size());
}

namespace {

absl::Status MakeReport(Context& context, const ReportQuestion& question) {
  Connection connection(context.options.server);
  const absl::StatusOr<int64_t> bytes =
      WriteReportPage(connection, question, context.environment.clock.Now());
  if (!bytes.ok()) return bytes.status();
  PrintWritten(context, question.file, *bytes, "bytes");
  return absl::OkStatus();
}

}  // namespace

void AddReportCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<ReportQuestion>();
  CLI::App* report = app.add_subcommand(
      "report", "one page of all that a sweep found, with pictures and where it ran");
  report->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  report->add_option("--metric", options->metric, "docs/metrics.md (default: the sweep's)");
  report->add_option("-o,--out", options->file, "FILE.html, which needs nothing beside it")
      ->required();
  report->callback(
      [=] { choose([=](Context& context) { return MakeReport(context, *options); }); });
}

}  // namespace pathsweep

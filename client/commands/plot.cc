#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/curves.h"
#include "client/output_file.h"
#include "client/plot/plots.h"
#include "client/views/table_view.h"

namespace pathsweep {
namespace {

constexpr int64_t kParallelLines = 500;
constexpr int kVerdicts = 20'000;

struct PlotOptions {
  std::string sweep;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::string metric;
  CurvesOptions curves;
  std::string claim;
  std::string x;
  std::string y;
  std::string file;
};

absl::StatusOr<v1::Table> GetTable(Connection& connection, v1::GetTableRequest request,
                                   const PlotOptions& options) {
  request.set_metric(options.metric);
  return connection.Call(&Connection::Stub::GetTable, request);
}

absl::StatusOr<Plot> PlotTable(Connection& connection, const PlotOptions& options) {
  const absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(options.sweep);
  if (!sweep.ok()) return sweep.status();
  const absl::StatusOr<v1::Table> table =
      GetTable(connection, TableRequest(*sweep, options.rows, options.columns), options);
  return table.ok() ? TablePlot(*table) : table.status();
}

absl::StatusOr<Plot> PlotParallel(Connection& connection, const PlotOptions& options) {
  const absl::StatusOr<v1::Sweep> sweep = connection.GetSweep(options.sweep);
  if (!sweep.ok()) return sweep.status();
  const absl::StatusOr<v1::Table> table =
      GetTable(connection, BestRequest(*sweep, kParallelLines), options);
  return table.ok() ? ParallelPlot(*table) : table.status();
}

absl::StatusOr<Plot> PlotCurves(Connection& connection, const PlotOptions& options) {
  const absl::StatusOr<v1::Curves> curves = GetCurves(connection, options.sweep, options.curves);
  return curves.ok() ? CurvesPlot(*curves) : curves.status();
}

absl::StatusOr<Plot> PlotImportance(Connection& connection, const PlotOptions& options) {
  v1::GetImportanceRequest request;
  request.set_sweep(options.sweep);
  request.set_metric(options.metric);
  const absl::StatusOr<v1::Importance> importance =
      connection.Call(&Connection::Stub::GetImportance, request);
  return importance.ok() ? ImportancePlot(*importance) : importance.status();
}

bool Flips(const v1::ClaimReport& report) {
  return std::ranges::any_of(report.boundary(), [](const v1::ClaimBoundary& step) {
    return step.failing_to_holding() + step.holding_to_failing() > 0;
  });
}

// The claim that was named, or the first that flips somewhere, or the first.
absl::StatusOr<Plot> PlotBoundary(Connection& connection, const PlotOptions& options) {
  v1::GetClaimsRequest request;
  request.set_sweep(options.sweep);
  request.set_max_verdicts(kVerdicts);
  if (!options.claim.empty()) request.add_names(options.claim);
  const absl::StatusOr<v1::GetClaimsResponse> claims =
      connection.Call(&Connection::Stub::GetClaims, request);
  if (!claims.ok()) return claims.status();
  if (claims->claims().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("sweep `", claims->sweep(), "` has no claims; see `sweepctl claims`"));
  }
  const auto flips = std::ranges::find_if(claims->claims(), Flips);
  const bool none = flips == claims->claims().end();
  return BoundaryPlot(none ? claims->claims(0) : *flips, options.x, options.y);
}

using MakePlot = absl::StatusOr<Plot> (*)(Connection&, const PlotOptions&);

void AddKind(CLI::App& plot, const std::string& name, const std::string& help, MakePlot make,
             const std::shared_ptr<PlotOptions>& options, const Choose& choose,
             const std::function<void(CLI::App&)>& add_options) {
  CLI::App* kind = plot.add_subcommand(name, help);
  kind->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  kind->add_option("-o,--out", options->file, "FILE.svg, .png, .pdf or .gp (gnuplot's script)")
      ->required();
  add_options(*kind);
  kind->callback([=] {
    choose([=](Context& context) {
      Connection connection(context.options.server);
      const absl::StatusOr<Plot> picture = make(connection, *options);
      if (!picture.ok()) return picture.status();
      const absl::StatusOr<std::string> drawn = Draw(*picture, options->file);
      return drawn.ok() ? WriteOutput(options->file, *drawn) : drawn.status();
    });
  });
}

}  // namespace

void AddPlotCommands(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<PlotOptions>();
  CLI::App* plot = app.add_subcommand("plot", "pictures, by gnuplot");
  plot->require_subcommand(1);
  const auto metric = [options](CLI::App& kind) {
    kind.add_option("--metric", options->metric, "docs/metrics.md (default: the sweep's)");
  };
  AddKind(*plot, "table", "means with 95 % intervals over a parameter", PlotTable, options, choose,
          [=](CLI::App& kind) {
            metric(kind);
            kind.add_option("--rows", options->rows, "the first along the picture, comma-separated")
                ->delimiter(',');
            kind.add_option("--cols", options->columns, "a series for each value, comma-separated")
                ->delimiter(',');
          });
  AddKind(*plot, "curves", "means by step with bands of 95 % intervals", PlotCurves, options,
          choose, [=](CLI::App& kind) { AddCurvesOptions(kind, options->curves); });
  AddKind(*plot, "boundary", "where a claim holds and where it flips", PlotBoundary, options,
          choose, [=](CLI::App& kind) {
            kind.add_option("--claim", options->claim, "default: the first that flips somewhere");
            kind.add_option("--x", options->x, "the parameter across (default: where it flips)");
            kind.add_option("--y", options->y, "the parameter up (default: what explains most)");
          });
  AddKind(*plot, "importance", "which parameters explain a metric", PlotImportance, options, choose,
          metric);
  AddKind(*plot, "parallel", "the 500 best configs as lines through their parameters", PlotParallel,
          options, choose, metric);
}

}  // namespace pathsweep

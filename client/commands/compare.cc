#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "client/commands/commands.h"
#include "client/views/comparison_view.h"
#include "client/views/condition_text.h"

namespace pathsweep {
namespace {

// Enough for the page, and all that the coordinator gives for programs.
constexpr int kPagePairs = 1000;
constexpr int kAllPairs = 20'000;

struct CompareOptions {
  std::string sweep;
  std::string first;
  std::string second;
  std::string metric;
};

absl::Status Compare(Context& context, const CompareOptions& options) {
  v1::GetComparisonRequest request;
  request.set_sweep(options.sweep);
  request.set_metric(options.metric);
  request.set_max_pairs(IsForPrograms(context.options.output) ? kAllPairs : kPagePairs);
  const auto first = ConditionsFromText(absl::StrSplit(options.first, ','));
  if (!first.ok()) return first.status();
  const auto second = ConditionsFromText(absl::StrSplit(options.second, ','));
  if (!second.ok()) return second.status();
  request.mutable_first()->Assign(first->begin(), first->end());
  request.mutable_second()->Assign(second->begin(), second->end());
  Connection connection(context.options.server);
  const absl::StatusOr<v1::PairedComparison> comparison =
      connection.Call(&Connection::Stub::GetComparison, request);
  if (!comparison.ok()) return comparison.status();
  WriteComparison(context.environment.out, context.options.output, *comparison);
  return absl::OkStatus();
}

}  // namespace

void AddCompareCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* compare = app.add_subcommand(
      "compare", "two kinds of configs against each other, in pairs that agree in all else");
  compare->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  compare
      ->add_option("first", options->first,
                   "NAME=VALUE, comma-separated, as in objective=teacherless")
      ->required();
  compare->add_option("second", options->second, "other values of the same parameters")->required();
  compare->add_option("--metric", options->metric, "docs/metrics.md (default: the sweep's)");
  compare->callback([=] { choose([=](Context& context) { return Compare(context, *options); }); });
}

}  // namespace pathsweep

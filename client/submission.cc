#include "client/submission.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/grid.h"
#include "base/parameter_proto.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

constexpr int64_t kTrialsShown = 5;

}  // namespace

Report SubmissionReport(const v1::Sweep& sweep) {
  return {{{"sweep", sweep.spec().name()}, {"id", sweep.id()}, {"trials", sweep.trials().total()}},
          {"sweep", "id", "trials"},
          {{sweep.spec().name(), absl::StrCat(sweep.id()), absl::StrCat(sweep.trials().total())}}};
}

absl::StatusOr<Report> DryRunReport(const v1::SweepSpec& spec) {
  absl::StatusOr<Grid> grid = GridFromProto(spec);
  if (!grid.ok()) return grid.status();
  const int64_t configs = ConfigCount(*grid);
  int64_t trials = configs * static_cast<int64_t>(grid->seeds.size());
  if (spec.has_search()) {
    trials *= spec.search().points();
    return Report{{{"sweep", spec.name()}, {"trials", trials}, {"first", Json::array()}},
                  {"trials", "configs"},
                  {{absl::StrCat("up to ", trials), "chosen while the sweep runs"}}};
  }
  Report report{{{"sweep", spec.name()}, {"trials", trials}, {"first", Json::array()}},
                {"trial", "seed"},
                {}};
  const std::vector<std::string> names = VariedNames(*grid);
  report.columns.insert(report.columns.end(), names.begin(), names.end());
  for (int64_t i = 0; i < std::min(trials, kTrialsShown); ++i) {
    const TrialParameters parameters = ConfigAt(*grid, i % configs);
    const int64_t seed = grid->seeds[i / configs];
    Json shown = {{"seed", seed}, {"parameters", Json::object()}};
    std::vector<std::string> row = {absl::StrCat(i + 1, " of ", trials), absl::StrCat(seed)};
    for (const std::string& name : names) {
      const ParameterValue value = GetParameter(parameters, *FindParameter(name));
      shown["parameters"][name] = ToJson(ToProto(value));
      row.push_back(FormatValue(value));
    }
    report.json["first"].push_back(shown);
    report.rows.push_back(std::move(row));
  }
  return report;
}

}  // namespace pathsweep

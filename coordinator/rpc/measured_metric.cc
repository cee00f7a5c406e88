#include "coordinator/rpc/measured_metric.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/metrics.h"
#include "base/suggest.h"

namespace pathsweep {

absl::Status CheckMeasured(const Sweep& sweep, const std::string& metric, ResultsReader& reader) {
  const absl::StatusOr<std::vector<std::string>> names = reader.ReadMetricNames(sweep);
  if (!names.ok()) return names.status();
  if (names->empty()) return CheckMetricName(metric);
  if (std::ranges::find(*names, metric) != names->end()) return absl::OkStatus();
  const std::vector<absl::string_view> known(names->begin(), names->end());
  return absl::InvalidArgumentError(
      absl::StrCat("no trial of the sweep measured `", metric, "`", DidYouMean(metric, known)));
}

}  // namespace pathsweep

// All that a sweep found, as one page to keep, print or send.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/plot/gnuplot.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// What the coordinator answered about the sweep.
struct SweepFindings {
  v1::Sweep sweep;
  v1::GetClaimsResponse claims;  // none if the sweep has none
  v1::Table table;
  v1::Table overview;  // the same, or with fewer parameters, so that it can be drawn
  v1::Importance importance;
  absl::StatusOr<v1::Curves> curves = v1::Curves();  // or why there are none
  v1::ListEnvironmentsResponse environments;
};

// Draws a picture as SVG. An error says why there is none, and the page says it there.
using DrawPicture = std::function<absl::StatusOr<std::string>(const Plot& plot)>;

// HTML. `now` is when it was asked.
std::string ReportPage(const SweepFindings& findings, const DrawPicture& draw, absl::Time now);

}  // namespace pathsweep

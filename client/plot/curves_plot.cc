#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/metrics.h"
#include "client/plot/plots.h"
#include "client/plot/series.h"

namespace pathsweep {
namespace {

constexpr int kKeyRow = 14;  // points of height; two lines are named in each
// More would hide each other.
constexpr size_t kMostBands = 8;

// Step, mean, low and high of each point.
std::string Data(const v1::Curve& curve) {
  std::string rows;
  for (const v1::CurvePoint& point : curve.points()) {
    const v1::Estimate& mean = point.mean();
    absl::StrAppend(&rows, point.step(), " ", mean.value(), " ",
                    mean.has_low() ? mean.low() : mean.value(), " ",
                    mean.has_high() ? mean.high() : mean.value(), "\n");
  }
  return rows;
}

}  // namespace

absl::StatusOr<Plot> CurvesPlot(const v1::Curves& curves) {
  if (static_cast<size_t>(curves.curves_size()) > kMostSeries) {
    return absl::InvalidArgumentError(absl::StrCat(
        curves.curves_size(), " curves are too many to tell apart (", kMostSeries,
        " at most); name parameters to tell them apart by with --by, or a part with --where"));
  }
  Plot plot;
  std::vector<std::string> bands, lines;
  for (int i = 0; i < curves.curves_size(); ++i) {
    const v1::Curve& curve = curves.curves(i);
    if (curve.points().empty()) continue;
    const std::string data = absl::StrCat("$curve", i), style = SeriesStyle(i);
    absl::StrAppend(&plot.commands, data, " << EOD\n", Data(curve), "EOD\n");
    bands.push_back(absl::StrCat(data, " using 1:3:4 with filledcurves ", style,
                                 " fillstyle transparent solid 0.15 noborder notitle"));
    lines.push_back(absl::StrCat(data, " using 1:2 with ",
                                 curve.points_size() == 1 ? "points " : "lines ", style, " ",
                                 SeriesTitle(SeriesName(curve.parameters(), 0))));
  }
  if (lines.empty()) {
    return absl::FailedPreconditionError("no trial of the curves has a value yet");
  }
  if (curves.metric() == kExactMatch) AddChance(curves.chance(), lines);
  if (lines.size() > kMostBands) bands.clear();
  plot.height += kKeyRow * std::max(0, (static_cast<int>(lines.size()) - 3) / 2);
  bands.insert(bands.end(), lines.begin(), lines.end());
  absl::StrAppend(&plot.commands, "set xlabel \"step\"\nset xrange [0:*]\nset ylabel ",
                  Quoted(curves.metric()), " noenhanced\n",
                  IsShare(curves.metric()) ? kShareRange : "",
                  "set key outside top center horizontal\n", "plot ",
                  absl::StrJoin(bands, ", \\\n     "), "\n");
  return plot;
}

}  // namespace pathsweep

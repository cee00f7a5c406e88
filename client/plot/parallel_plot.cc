#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/plot/axis.h"
#include "client/plot/plots.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

// From 0 to 1 along an upright axis.
class Upright {
 public:
  explicit Upright(const PlotAxis& axis) : axis_(axis) {
    low_ = Scaled(axis.values().front());
    high_ = Scaled(axis.values().back());
  }

  double At(const v1::ParameterValue& value) const {
    return high_ == low_ ? 0.5 : (Scaled(value) - low_) / (high_ - low_);
  }

 private:
  double Scaled(const v1::ParameterValue& value) const {
    const double at = axis_.At(value);
    return axis_.IsLogarithmic() ? std::log(at) : at;
  }

  const PlotAxis& axis_;
  double low_ = 0;
  double high_ = 0;
};

constexpr size_t kMostLabels = 8;  // of an axis

}  // namespace

absl::StatusOr<Plot> ParallelPlot(const v1::Table& table) {
  const int axes = table.cells().empty() ? 0 : table.cells(0).parameters_size();
  if (axes < 2) {
    return absl::InvalidArgumentError(
        "parallel coordinates need two parameters that vary, or more");
  }
  std::vector<std::string> lines(table.cells_size());
  std::string uprights, labels, tics;
  for (int i = 0; i < axes; ++i) {
    std::vector<v1::ParameterValue> values;
    std::set<std::string> seen;
    for (const v1::TableCell& cell : table.cells()) {
      const v1::ParameterValue& value = cell.parameters(i).value();
      if (seen.insert(ToText(value)).second) values.push_back(value);
    }
    const PlotAxis axis(values);
    const Upright upright(axis);
    for (int cell = 0; cell < table.cells_size(); ++cell) {
      const v1::TableCell& one = table.cells(cell);
      if (!one.has_metric()) continue;
      absl::StrAppend(&lines[cell], i, " ", upright.At(one.parameters(i).value()), " ",
                      one.metric().value(), "\n");
    }
    absl::StrAppend(&uprights, i, " 0\n", i, " 1\n\n");
    absl::StrAppend(&tics, i == 0 ? "" : ", ", Quoted(table.cells(0).parameters(i).name()), " ", i);
    const size_t step = std::max<size_t>(1, (axis.values().size() + kMostLabels - 1) / kMostLabels);
    for (size_t value = 0; value < axis.values().size(); value += step) {
      absl::StrAppend(&labels, i, " ", upright.At(axis.values()[value]), " ",
                      Quoted(TicText(axis.values()[value])), "\n");
    }
  }
  std::string data;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {  // the best on top
    if (!line->empty()) absl::StrAppend(&data, *line, "\n");
  }
  if (data.empty()) return absl::FailedPreconditionError("no trial has a value yet");
  Plot plot;
  plot.width = std::clamp(160 + 110 * axes, 420, 1200);
  plot.commands = absl::StrCat(
      "$lines << EOD\n", data, "EOD\n$axes << EOD\n", uprights, "EOD\n$labels << EOD\n", labels,
      "EOD\nset border 0\nunset ytics\nset xtics noenhanced scale 0 (", tics,
      ")\nset xrange [-0.3:", axes - 0.5, "]\nset yrange [-0.04:1.04]\nunset key\n",
      "set palette defined (0 '#440154', 0.25 '#3B528B', 0.5 '#21918C', 0.75 '#5EC962', 1 "
      "'#FDE725')\n",
      "set cblabel ", Quoted(table.metric()), " noenhanced\n",
      "plot $lines using 1:2:3 with lines linecolor palette linewidth 1.2, \\\n"
      "     $axes using 1:2 with lines linecolor rgb '#404040' linewidth 1, \\\n"
      "     $labels using ($1+0.04):2:3 with labels left boxed font ',8' textcolor rgb "
      "'#202020'\n");
  return plot;
}

}  // namespace pathsweep

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/plot/axis.h"
#include "client/plot/plots.h"
#include "client/plot/series.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

constexpr double kBeside = 0.008;  // of the axis, so that intervals do not hide each other

std::string ValueLabel(const v1::Table& table) {
  switch (table.statistic()) {
    case v1::STATISTIC_SOLVED:
      return "share solved";
    case v1::STATISTIC_STEPS:
      return "steps to a solution";
    case v1::STATISTIC_MEDIAN:
      return absl::StrCat(table.metric(), " (median)");
    case v1::STATISTIC_IQM:
      return absl::StrCat(table.metric(), " (IQM)");
    case v1::STATISTIC_BEST:
      return absl::StrCat(table.metric(), " (best)");
    default:
      return table.metric();
  }
}

// A block of data: x, value, low and high of each cell of the series that has a value.
std::string Data(const v1::Table& table, const PlotAxis& axis, const std::string& series,
                 double beside) {
  std::vector<std::pair<double, const v1::TableCell*>> cells;
  for (const v1::TableCell& cell : table.cells()) {
    if (!cell.has_metric() || SeriesName(cell.parameters(), 1) != series) continue;
    cells.emplace_back(axis.At(cell.parameters(0).value(), beside), &cell);
  }
  std::ranges::sort(cells, {}, [](const auto& one) { return one.first; });
  std::string rows;
  for (const auto& [x, cell] : cells) {
    const v1::Estimate& value = cell->metric();
    const double low = value.has_low() ? value.low() : value.value();
    const double high = value.has_high() ? value.high() : value.value();
    absl::StrAppend(&rows, x, " ", value.value(), " ", low, " ", high, "\n");
  }
  return rows;
}

}  // namespace

absl::StatusOr<Plot> TablePlot(const v1::Table& table) {
  if (table.cells().empty() || table.cells(0).parameters().empty()) {
    return absl::InvalidArgumentError(
        "a picture of a table needs a parameter in its rows: --rows lr");
  }
  std::vector<v1::ParameterValue> values;
  std::vector<std::string> series;
  for (const v1::TableCell& cell : table.cells()) {
    const std::string name = SeriesName(cell.parameters(), 1);
    if (std::ranges::find(series, name) == series.end()) series.push_back(name);
    const std::string x = ToText(cell.parameters(0).value());
    if (std::ranges::find(values, x, ToText) == values.end()) {
      values.push_back(cell.parameters(0).value());
    }
  }
  if (series.size() > kMostSeries) {
    return absl::InvalidArgumentError(
        absl::StrCat(series.size(), " series are too many to tell apart (", kMostSeries,
                     " at most); name fewer parameters in --rows and --cols"));
  }
  const PlotAxis axis(values);
  Plot plot;
  std::vector<std::string> curves;
  for (size_t i = 0; i < series.size(); ++i) {
    const double beside =
        kBeside * (static_cast<double>(i) - (static_cast<double>(series.size()) - 1) / 2);
    const std::string rows = Data(table, axis, series[i], beside);
    if (rows.empty()) continue;
    absl::StrAppend(&plot.commands, "$series", i, " << EOD\n", rows, "EOD\n");
    const std::string data = absl::StrCat("$series", i);
    curves.push_back(absl::StrCat(data, " using 1:2:3:4 with yerrorbars ", SeriesStyle(i), " ",
                                  axis.IsNumeric() ? "notitle" : SeriesTitle(series[i])));
    if (!axis.IsNumeric()) continue;
    curves.push_back(absl::StrCat(data, " using 1:2 with linespoints ", SeriesStyle(i), " ",
                                  SeriesTitle(series[i])));
  }
  if (curves.empty()) {
    return absl::FailedPreconditionError("no trial of the table has a value yet");
  }
  const bool has_chance = table.metric() == "exact_match" &&
                          table.statistic() != v1::STATISTIC_SOLVED &&
                          table.statistic() != v1::STATISTIC_STEPS;
  if (has_chance) {
    AddChance(table.chance(), curves);
  }
  const bool share = table.statistic() == v1::STATISTIC_SOLVED ||
                     (table.statistic() != v1::STATISTIC_STEPS && IsShare(table.metric()));
  absl::StrAppend(&plot.commands, axis.Commands("x", table.cells(0).parameters(0).name()),
                  "set ylabel ", Quoted(ValueLabel(table)), " noenhanced\n",
                  share ? kShareRange : "", "set key outside top center horizontal\n", "plot ",
                  absl::StrJoin(curves, ", \\\n     "), "\n");
  return plot;
}

}  // namespace pathsweep

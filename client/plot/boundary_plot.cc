#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/plot/axis.h"
#include "client/plot/plots.h"
#include "client/views/claim_text.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

using Configs = google::protobuf::RepeatedPtrField<v1::ConfigVerdict>;

struct Look {
  v1::Verdict verdict;
  const char* name;
  const char* style;
};

// Shape and colour both tell them apart.
constexpr Look kLooks[] = {
    {v1::VERDICT_HOLDS, "holds", "pointtype 7 linecolor rgb '#0072B2'"},
    {v1::VERDICT_FAILS, "fails", "pointtype 9 linecolor rgb '#D55E00'"},
    {v1::VERDICT_UNDECIDED, "undecided", "pointtype 4 linecolor rgb '#707070'"},
};

constexpr size_t kMostLabels = 14;  // cells side by side with room for a word

// Parameters that vary among the configs, by their places.
std::vector<std::string> Varying(const Configs& configs) {
  std::vector<std::string> names;
  for (int i : VaryingParameters(configs)) names.push_back(configs[0].parameters(i).name());
  return names;
}

const v1::ParameterValue& ValueOf(const v1::ConfigVerdict& config, const std::string& name) {
  return std::ranges::find(config.parameters(), name, &v1::Parameter::name)->value();
}

// First those along which the verdict flips, the most often first; then those that explain most.
std::vector<std::string> ByInterest(const v1::ClaimReport& report) {
  std::vector<std::pair<int64_t, std::string>> flips;
  for (const v1::ClaimBoundary& step : report.boundary()) {
    const int64_t count = step.failing_to_holding() + step.holding_to_failing();
    if (count == 0) continue;
    const auto known =
        std::ranges::find(flips, step.parameter(), [](auto& one) { return one.second; });
    known == flips.end() ? (void)flips.emplace_back(-count, step.parameter())
                         : (void)(known->first -= count);
  }
  std::ranges::stable_sort(flips);
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& [count, name] : flips) add(name);
  for (const v1::Effect& effect : report.effects().all()) {
    if (effect.parameters_size() == 1) add(effect.parameters(0));
  }
  for (const std::string& name : Varying(report.verdicts())) add(name);
  return names;
}

std::vector<v1::ParameterValue> ValuesOf(const Configs& configs, const std::string& name) {
  std::vector<v1::ParameterValue> values;
  std::set<std::string> seen;
  for (const v1::ConfigVerdict& config : configs) {
    if (seen.insert(ToText(ValueOf(config, name))).second) values.push_back(ValueOf(config, name));
  }
  return values;
}

// Lines of so many letters at most, but for longer words.
std::vector<std::string> Wrapped(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (lines.empty() || lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back(word);
    } else {
      absl::StrAppend(&lines.back(), " ", word);
    }
  }
  return lines;
}

std::string Title(const v1::ClaimReport& report, int width) {
  constexpr int kLetter = 7;  // wide at most, in points of the screen
  const std::string title =
      absl::StrCat(report.claim().name(), ": ", StatementText(report.claim()));
  const auto quote = [](std::string* out, const std::string& line) {
    absl::StrAppend(out, Quoted(line));
  };
  return absl::StrCat("set title ",
                      absl::StrJoin(Wrapped(title, width / kLetter), " . \"\\n\" . ", quote),
                      " noenhanced font ',10' offset 0,-0.3\n");
}

std::string MetricLabel(const v1::Claim& claim) {
  return claim.has_comparison() ? absl::StrCat(claim.metric(), " difference") : claim.metric();
}

// A grey band from one value to the next wherever the verdict flips.
std::string Bands(const v1::ClaimReport& report, const std::string& x) {
  std::string commands;
  for (const v1::ClaimBoundary& step : report.boundary()) {
    if (step.parameter() != x || step.failing_to_holding() + step.holding_to_failing() == 0)
      continue;
    const PlotAxis ends({step.below(), step.above()});
    absl::StrAppend(&commands, "set object rectangle from ", ends.At(step.below()), ", graph 0 to ",
                    ends.At(step.above()),
                    ", graph 1 behind fillcolor rgb '#E8E4D8' fillstyle solid noborder\n");
  }
  return commands;
}

Plot OverOne(const v1::ClaimReport& report, const std::string& x) {
  const PlotAxis axis(ValuesOf(report.verdicts(), x));
  Plot plot;
  std::vector<std::string> curves;
  std::vector<std::pair<double, double>> bounds;
  for (const Look& look : kLooks) {
    std::string rows;
    for (const v1::ConfigVerdict& config : report.verdicts()) {
      const double at = axis.At(ValueOf(config, x));
      if (look.verdict == v1::VERDICT_HOLDS) bounds.emplace_back(at, config.bound());
      if (config.verdict() != look.verdict || !config.has_mean()) continue;
      const v1::Estimate& mean = config.mean();
      absl::StrAppend(&rows, at, " ", mean.value(), " ", mean.has_low() ? mean.low() : mean.value(),
                      " ", mean.has_high() ? mean.high() : mean.value(), "\n");
    }
    if (rows.empty()) continue;
    absl::StrAppend(&plot.commands, "$", look.name, " << EOD\n", rows, "EOD\n");
    curves.push_back(absl::StrCat("$", look.name, " using 1:2:3:4 with yerrorbars ", look.style,
                                  " linewidth 1.6 pointsize 0.9 title ", Quoted(look.name)));
  }
  std::ranges::sort(bounds);
  std::string rows;
  for (const auto& [at, bound] : bounds) absl::StrAppend(&rows, at, " ", bound, "\n");
  absl::StrAppend(
      &plot.commands, "$bound << EOD\n", rows, "EOD\n", axis.Commands("x", x), Bands(report, x),
      Title(report, plot.width), "set ylabel ", Quoted(MetricLabel(report.claim())),
      " noenhanced\n",
      !report.claim().has_comparison() && IsShare(report.claim().metric()) ? kShareRange : "",
      "set key outside bottom center horizontal\n");
  curves.push_back(
      "$bound using 1:2 with linespoints linestyle 9 pointtype 2 pointsize 0.4 title \"bound\"");
  absl::StrAppend(&plot.commands, "plot ", absl::StrJoin(curves, ", \\\n     "), "\n");
  return plot;
}

struct Cell {
  int64_t holds = 0;
  int64_t fails = 0;
  int64_t configs = 0;
};

Plot OverTwo(const v1::ClaimReport& report, const std::string& x, const std::string& y) {
  const PlotAxis across(ValuesOf(report.verdicts(), x)), up(ValuesOf(report.verdicts(), y));
  std::vector<Cell> cells(across.values().size() * up.values().size());
  for (const v1::ConfigVerdict& config : report.verdicts()) {
    Cell& cell = cells[up.IndexOf(ValueOf(config, y)) * across.values().size() +
                       across.IndexOf(ValueOf(config, x))];
    ++cell.configs;
    cell.holds += config.verdict() == v1::VERDICT_HOLDS ? 1 : 0;
    cell.fails += config.verdict() == v1::VERDICT_FAILS ? 1 : 0;
  }
  std::string decided, undecided, labels;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    const size_t column = i % across.values().size(), row = i / across.values().size();
    if (cell.configs == 0) continue;
    const std::string at = absl::StrCat(column, " ", row);
    if (cell.holds + cell.fails == 0) {
      absl::StrAppend(&undecided, at, "\n");
    } else {
      absl::StrAppend(
          &decided, at, " ",
          static_cast<double>(cell.holds) / static_cast<double>(cell.holds + cell.fails), "\n");
    }
    if (across.values().size() > kMostLabels || up.values().size() > kMostLabels) continue;
    const std::string one = cell.holds > 0 ? "holds" : cell.fails > 0 ? "fails" : "?";
    absl::StrAppend(&labels, at, " ",
                    Quoted(cell.configs == 1 ? one : absl::StrCat(cell.holds, "/", cell.configs)),
                    "\n");
  }
  Plot plot;
  plot.width = std::clamp<int>(170 + 62 * static_cast<int>(across.values().size()), 380, 900);
  plot.height = std::clamp<int>(130 + 34 * static_cast<int>(up.values().size()), 240, 900);
  absl::StrAppend(
      &plot.commands, "$decided << EOD\n", decided.empty() ? "NaN NaN NaN\n" : decided,
      "EOD\n$undecided << EOD\n", undecided.empty() ? "NaN NaN\n" : undecided,
      "EOD\n$labels << EOD\n", labels.empty() ? "NaN NaN \"\"\n" : labels, "EOD\n",
      across.CellCommands("x", x), up.CellCommands("y", y), Title(report, plot.width),
      "set palette defined (0 '#D55E00', 0.5 '#F5F2E9', 1 '#0072B2')\nset cbrange [0:1]\n"
      "set cblabel \"share of decided configs that hold\"\nset border 0\nset tics scale 0\n"
      "unset key\n",
      "plot $decided using 1:2:($1-0.48):($1+0.48):($2-0.48):($2+0.48):3 with boxxyerror palette "
      "fillstyle solid noborder, \\\n"
      "     $undecided using 1:2:($1-0.48):($1+0.48):($2-0.48):($2+0.48) with boxxyerror linecolor "
      "rgb '#D0D0D0' fillstyle pattern 5 border, \\\n"
      "     $labels using 1:2:3 with labels font ',10' textcolor rgb '#202020'\n");
  return plot;
}

}  // namespace

absl::StatusOr<Plot> BoundaryPlot(const v1::ClaimReport& report, const std::string& x,
                                  const std::string& y) {
  const std::string& name = report.claim().name();
  if (!report.error().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("nothing can be said of the claim `", name, "`: ", report.error()));
  }
  if (report.configs() > report.verdicts_size()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the claim `", name, "` is about ", report.configs(), " configs, too many for a picture (",
        report.verdicts_size(), " at most); ask for a part with a narrower `where`"));
  }
  if (std::ranges::none_of(report.verdicts(), &v1::ConfigVerdict::has_mean)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no config of the claim `", name, "` has a value of ", report.claim().metric(), " yet"));
  }
  const std::vector<std::string> varying = Varying(report.verdicts());
  if (varying.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the claim `", name, "` is about configs that do not differ"));
  }
  for (const std::string& asked : {x, y}) {
    if (asked.empty() || std::ranges::find(varying, asked) != varying.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("`", asked, "` does not vary among the configs of `", name, "`; ",
                     absl::StrJoin(varying, ", "), varying.size() == 1 ? " does" : " do"));
  }
  std::vector<std::string> chosen;
  for (const std::string& asked : {x, y}) {
    if (!asked.empty() && std::ranges::find(chosen, asked) == chosen.end()) chosen.push_back(asked);
  }
  for (const std::string& next : ByInterest(report)) {
    if (chosen.size() == 2) break;
    if (std::ranges::find(chosen, next) == chosen.end()) chosen.push_back(next);
  }
  return chosen.size() == 1 ? OverOne(report, chosen[0]) : OverTwo(report, chosen[0], chosen[1]);
}

}  // namespace pathsweep

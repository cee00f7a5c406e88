#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/plot/plots.h"

namespace pathsweep {
namespace {

constexpr int kShown = 12;

}  // namespace

absl::StatusOr<Plot> ImportancePlot(const v1::Importance& importance) {
  const v1::Effects& effects = importance.effects();
  if (effects.all().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("what explains ", importance.metric(), " cannot be said: ", effects.none()));
  }
  const int shown = std::min(kShown, effects.all_size());
  std::string rows, tics, floors;
  for (int i = 0; i < shown; ++i) {
    const v1::Effect& effect = effects.all(i);
    const v1::Estimate& share = effect.share();
    absl::StrAppend(&rows, i, " ", share.value(), " ",
                    share.has_low() ? share.low() : share.value(), " ",
                    share.has_high() ? share.high() : share.value(), "\n");
    absl::StrAppend(&tics, i == 0 ? "" : ", ", Quoted(absl::StrJoin(effect.parameters(), " × ")),
                    " ", i);
    if (effect.has_noise_floor()) {
      absl::StrAppend(&floors, effect.noise_floor(), " ", i - 0.4, "\n", effect.noise_floor(), " ",
                      i + 0.4, "\n\n");
    }
  }
  Plot plot;
  plot.height = 110 + 26 * shown;
  plot.commands = absl::StrCat(
      "$shares << EOD\n", rows, "EOD\n$floors << EOD\n", floors.empty() ? "NaN NaN\n" : floors,
      "EOD\nset ytics noenhanced (", tics, ")\nset yrange [", shown - 0.4, ":-0.6]\n",
      "set xrange [0:1]\nset xlabel ",
      Quoted(absl::StrCat("share of variance (", importance.metric(), ")")),
      " noenhanced\nset key outside top center horizontal\n",
      "plot $shares using (0):1:(0):2:($1-0.32):($1+0.32) with boxxyerror fillstyle solid 0.75 "
      "noborder linecolor rgb '#0072B2' notitle, \\\n"
      "     $shares using 2:1:3:4 with xerrorbars linecolor rgb '#202020' linewidth 1.2 pointtype "
      "7 "
      "pointsize 0.3 title \"share, 95 % interval\"");
  if (!floors.empty()) {
    absl::StrAppend(
        &plot.commands,
        ", \\\n     $floors using 1:2 with lines linecolor rgb '#D55E00' linewidth 2 title ",
        Quoted(effects.sampled() ? "by chance alone" : "seed noise alone"));
  }
  absl::StrAppend(&plot.commands, "\n");
  return plot;
}

}  // namespace pathsweep

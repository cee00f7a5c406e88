#include "client/views/effects_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

constexpr int kShown = 30;

std::string NoiseTitle(const v1::Effects& effects) {
  return effects.sampled() ? "by chance alone" : "seed noise alone";
}

// A record for each effect.
Report Records(const v1::Importance& importance) {
  Report report{
      .json = {{"sweep", importance.sweep()},
               {"metric", importance.metric()},
               {"configs", importance.configs()},
               {"sampled", importance.effects().sampled()},
               {"chosen", importance.chosen()},
               {"none", importance.effects().none().empty() ? Json(nullptr)
                                                            : Json(importance.effects().none())},
               {"effects", EffectsJson(importance.effects())}},
      .columns = {"parameters", "share", "low", "high", "noise_floor"}};
  for (const v1::Effect& effect : importance.effects().all()) {
    const v1::Estimate& share = effect.share();
    report.rows.push_back({absl::StrJoin(effect.parameters(), " × "), Json(share.value()).dump(),
                           share.has_low() ? Json(share.low()).dump() : "",
                           share.has_high() ? Json(share.high()).dump() : "",
                           effect.has_noise_floor() ? Json(effect.noise_floor()).dump() : ""});
  }
  return report;
}

}  // namespace

Report EffectsTable(const v1::Effects& effects, int most) {
  Report table{.columns = {"parameters", "share of variance", NoiseTitle(effects)}};
  for (const v1::Effect& effect : effects.all()) {
    if (static_cast<int>(table.rows.size()) == most) break;
    table.rows.push_back({absl::StrJoin(effect.parameters(), " × "), EstimateText(effect.share()),
                          effect.has_noise_floor() ? ShortNumber(effect.noise_floor()) : ""});
  }
  return table;
}

Json EffectsJson(const v1::Effects& effects) {
  Json list = Json::array();
  for (const v1::Effect& effect : effects.all()) {
    list.push_back({{"parameters", std::vector<std::string>(effect.parameters().begin(),
                                                            effect.parameters().end())},
                    {"share", EstimateJson(effect.share())},
                    {"noise_floor", OrNull(effect.has_noise_floor(), effect.noise_floor())}});
  }
  return list;
}

std::string ImportanceTitle(const v1::Importance& importance) {
  std::string title =
      absl::StrCat(importance.sweep(), ": what explains ", importance.metric(), " between ",
                   importance.configs(), importance.configs() == 1 ? " config" : " configs");
  if (!importance.effects().none().empty()) {
    return absl::StrCat(title, " cannot be said: ", importance.effects().none());
  }
  absl::StrAppend(&title, ", by shares of its variance with 95 % intervals");
  if (importance.effects().sampled()) absl::StrAppend(&title, ", estimated from a sample");
  if (importance.chosen()) {
    absl::StrAppend(&title, " that the search chose by its results: no fair sample of the space");
  }
  return title;
}

void WriteImportance(std::ostream& out, OutputFormat format, const v1::Importance& importance) {
  if (IsForPrograms(format)) return WriteReport(out, format, Records(importance));
  out << (format == OutputFormat::kLatex ? "% " : "") << ImportanceTitle(importance) << "\n";
  if (importance.effects().all().empty()) return;
  out << "\n";
  WriteReport(out, format, EffectsTable(importance.effects(), kShown));
}

}  // namespace pathsweep

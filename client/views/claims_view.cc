#include "client/views/claims_view.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/views/claim_text.h"
#include "client/views/effects_view.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

// Of each kind, on a page for people.
constexpr int kShownConfigs = 20;
constexpr int kShownEffects = 6;
constexpr size_t kShownCounterexamples = 5;

std::string VerdictName(v1::Verdict verdict) {
  const std::string name = v1::Verdict_Name(verdict);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "VERDICT_"));
}

std::string ParametersText(const v1::ConfigVerdict& config) {
  return absl::StrJoin(config.parameters(), ", ",
                       [](std::string* out, const v1::Parameter& parameter) {
                         absl::StrAppend(out, parameter.name(), " = ", ToText(parameter.value()));
                       });
}

// "holds in 3 of 4 configs, fails in 1, undecided in 0"
std::string CountsText(const v1::ClaimReport& report) {
  return absl::StrCat("holds in ", report.holds(), " of ", report.configs(), " configs, fails in ",
                      report.fails(), ", undecided in ", report.undecided());
}

Report ConfigsTable(const v1::ClaimReport& report) {
  Report table;
  const std::vector<int> varying = VaryingParameters(report.verdicts());
  table.columns = {"verdict"};
  for (int i : varying) table.columns.push_back(report.verdicts(0).parameters(i).name());
  const bool compares = report.claim().has_comparison();
  for (const std::string& name :
       {compares ? absl::StrCat(report.claim().metric(), " difference") : report.claim().metric(),
        std::string("bound"), std::string("seeds"), std::string("q")}) {
    table.columns.push_back(name);
  }
  for (const v1::ConfigVerdict& config : report.verdicts()) {
    if (static_cast<int>(table.rows.size()) == kShownConfigs) break;
    std::vector<std::string>& row = table.rows.emplace_back();
    row.push_back(VerdictName(config.verdict()));
    for (int i : varying) row.push_back(ToText(config.parameters(i).value()));
    row.push_back(config.has_mean() ? EstimateText(config.mean()) : "");
    row.push_back(ShortNumber(config.bound()));
    row.push_back(absl::StrCat(config.seeds()));
    row.push_back(config.seeds() < 2 ? "" : ShortNumber(config.q()));
  }
  return table;
}

// The steps at which some pair flips.
Report BoundaryTable(const v1::ClaimReport& report) {
  Report table{
      .columns = {"parameter", "between", "and", "fails → holds", "holds → fails", "same"}};
  for (const v1::ClaimBoundary& step : report.boundary()) {
    if (step.failing_to_holding() + step.holding_to_failing() == 0) continue;
    table.rows.push_back({step.parameter(), ToText(step.below()), ToText(step.above()),
                          absl::StrCat(step.failing_to_holding()),
                          absl::StrCat(step.holding_to_failing()), absl::StrCat(step.steady())});
  }
  return table;
}

// The commands that train the counterexamples again: of configs that fail.
std::vector<std::string> Reruns(const v1::ClaimReport& report, const std::string& database) {
  std::vector<std::string> commands;
  for (const v1::ConfigVerdict& config : report.verdicts()) {
    if (config.verdict() != v1::VERDICT_FAILS) continue;
    for (int64_t trial : config.counterexamples()) {
      commands.push_back(absl::StrCat("train_local --trial ", trial, " --database ", database));
    }
  }
  return commands;
}

// A section for each claim.
class Page {
 public:
  explicit Page(Document& document) : document_(document) {}

  void Write(const v1::GetClaimsResponse& claims) {
    if (claims.unfinished() > 0) {
      Paragraph(absl::StrCat(claims.unfinished(), " of ", claims.trials(),
                             " trials have not ended; verdicts are by the others."));
    }
    for (const v1::ClaimReport& report : claims.claims()) {
      document_.Section(report.claim().name(), StatementText(report.claim()));
      if (!report.error().empty()) {
        Paragraph(absl::StrCat("Nothing can be said: ", report.error(), "."));
        continue;
      }
      Section(report, claims.database());
    }
  }

 private:
  void Section(const v1::ClaimReport& report, const std::string& database) {
    if (report.has_search()) {
      Paragraph(SearchText(report.search()));
      if (report.configs() == 0) return;
    }
    std::string verdict = CountsText(report);
    verdict[0] = absl::ascii_toupper(verdict[0]);
    if (report.has_share()) {
      absl::StrAppend(&verdict, ". Share of the decided ones: ", EstimateText(report.share()));
    }
    Paragraph(absl::StrCat(verdict, "."));
    Gaps(report);
    Table("", ConfigsTable(report));
    if (report.verdicts_size() > kShownConfigs) {
      Paragraph(absl::StrCat("… and ", report.configs() - kShownConfigs, " more."));
    }
    if (report.configs() > 1 && report.has_worst()) {
      Paragraph(
          absl::StrCat("Worst: ", CellText(report.worst()), "\nBest:  ", CellText(report.best())));
    }
    Effects(report);
    const Report boundary = BoundaryTable(report);
    if (!boundary.rows.empty()) {
      Table("Where it flips, between neighbouring values, in how many pairs:", boundary);
    }
    Counterexamples(report, database);
  }

  static std::string SearchText(const v1::ClaimSearch& search) {
    std::string text = absl::StrCat("Searched for counterexamples: ", search.tried(),
                                    " configs tried, ", search.broke(), " broke it.");
    if (search.broke() > 0) {
      absl::StrAppend(&text, " Those were tried again with fresh seeds, which alone count below.");
    } else if (search.has_lowest()) {
      absl::StrAppend(&text, " The closest: ", CellText(search.lowest()), ".");
    }
    return text;
  }

  void Gaps(const v1::ClaimReport& report) {
    if (!report.has_worst()) {
      return Paragraph(absl::StrCat("No trial has a value of ", report.claim().metric(), " yet."));
    }
    if (report.missing() == 0) return;
    Paragraph(absl::StrCat("Without a value of ", report.claim().metric(), ": ", report.missing(),
                           " seeds of configs (failed, cancelled, stopped for being worse than "
                           "others, or not ended)."));
  }

  static std::string CellText(const v1::ConfigVerdict& config) {
    return absl::StrCat(ParametersText(config), ": ", EstimateText(config.mean()), " (margin ",
                        ShortNumber(config.margin()), ")");
  }

  void Effects(const v1::ClaimReport& report) {
    if (!report.effects().all().empty()) {
      return Table("What explains the margin (by how much a config is on the claim's side):",
                   EffectsTable(report.effects(), kShownEffects));
    }
    if (report.configs() == 1) return;
    Paragraph(
        absl::StrCat("What explains the margin cannot be said: ", report.effects().none(), "."));
  }

  void Counterexamples(const v1::ClaimReport& report, const std::string& database) {
    std::vector<std::string> commands = Reruns(report, database);
    commands.resize(std::min(commands.size(), kShownCounterexamples));
    if (!commands.empty()) {
      const bool some = std::cmp_less(commands.size(), report.counterexamples());
      document_.Commands(
          absl::StrCat("Counterexamples (", report.counterexamples(), " trials",
                       some ? absl::StrCat(", the first ", commands.size(), " here") : "",
                       "); each trains again by its command:"),
          commands);
    }
    if (report.exceptions() > 0) {
      Paragraph(absl::StrCat(report.exceptions(),
                             report.exceptions() == 1 ? " other trial is" : " other trials are",
                             " on the wrong side of the bound, in configs that do not fail."));
    }
  }

  void Paragraph(const std::string& text) { document_.Paragraph(text); }

  void Table(const std::string& title, const Report& table) {
    if (table.rows.empty()) return;
    if (!title.empty()) Paragraph(title);
    document_.Table(table);
  }

  Document& document_;
};

Json ConfigJson(const v1::ConfigVerdict& config) {
  return {{"parameters", ParametersJson(config.parameters())},
          {"verdict", VerdictName(config.verdict())},
          {"mean", config.has_mean() ? EstimateJson(config.mean()) : Json(nullptr)},
          {"bound", config.bound()},
          {"margin", OrNull(config.has_mean(), config.margin())},
          {"seeds", config.seeds()},
          {"missing", config.missing()},
          {"q", OrNull(config.seeds() > 1, config.q())},
          {"counterexamples",
           std::vector<int64_t>(config.counterexamples().begin(), config.counterexamples().end())}};
}

Json ClaimJson(const v1::ClaimReport& report, const std::string& database) {
  Json json = {{"claim", report.claim().name()},
               {"metric", report.claim().metric()},
               {"statement", StatementText(report.claim())},
               {"error", report.error().empty() ? Json(nullptr) : Json(report.error())},
               {"configs", report.configs()},
               {"holds", report.holds()},
               {"fails", report.fails()},
               {"undecided", report.undecided()},
               {"share", report.has_share() ? EstimateJson(report.share()) : Json(nullptr)},
               {"missing", report.missing()},
               {"worst", report.has_worst() ? ConfigJson(report.worst()) : Json(nullptr)},
               {"best", report.has_best() ? ConfigJson(report.best()) : Json(nullptr)},
               {"effects", EffectsJson(report.effects())},
               {"boundary", Json::array()},
               {"verdicts", Json::array()},
               {"counterexamples", report.counterexamples()},
               {"exceptions", report.exceptions()},
               {"rerun", Reruns(report, database)},
               {"search", nullptr}};
  if (report.has_search()) {
    const v1::ClaimSearch& search = report.search();
    json["search"] = {
        {"tried", search.tried()},
        {"broke", search.broke()},
        {"lowest", search.has_lowest() ? ConfigJson(search.lowest()) : Json(nullptr)}};
  }
  for (const v1::ClaimBoundary& step : report.boundary()) {
    json["boundary"].push_back({{"parameter", step.parameter()},
                                {"below", ToJson(step.below())},
                                {"above", ToJson(step.above())},
                                {"failing_to_holding", step.failing_to_holding()},
                                {"holding_to_failing", step.holding_to_failing()},
                                {"steady", step.steady()}});
  }
  for (const v1::ConfigVerdict& config : report.verdicts()) {
    json["verdicts"].push_back(ConfigJson(config));
  }
  return json;
}

// A record for each claim and config.
Report Records(const v1::GetClaimsResponse& claims) {
  Report report{.json = Json::array()};
  for (const v1::ClaimReport& one : claims.claims()) {
    report.json.push_back(ClaimJson(one, claims.database()));
    for (const v1::ConfigVerdict& config : one.verdicts()) {
      std::vector<std::string> columns = {"claim"};
      std::vector<std::string> row = {one.claim().name()};
      const auto add = [&](const std::string& column, const std::string& cell) {
        columns.push_back(column);
        row.push_back(cell);
      };
      for (const v1::Parameter& parameter : config.parameters()) {
        add(parameter.name(), ToText(parameter.value()));
      }
      const v1::Estimate& mean = config.mean();
      add("metric", one.claim().metric());
      add("verdict", VerdictName(config.verdict()));
      add("mean", config.has_mean() ? Json(mean.value()).dump() : "");
      add("low", mean.has_low() ? Json(mean.low()).dump() : "");
      add("high", mean.has_high() ? Json(mean.high()).dump() : "");
      add("bound", Json(config.bound()).dump());
      add("margin", config.has_mean() ? Json(config.margin()).dump() : "");
      add("seeds", absl::StrCat(config.seeds()));
      add("missing", absl::StrCat(config.missing()));
      add("q", config.seeds() > 1 ? Json(config.q()).dump() : "");
      report.columns = std::move(columns);
      report.rows.push_back(std::move(row));
    }
  }
  return report;
}

}  // namespace

Report ClaimsTable(const v1::GetClaimsResponse& claims) {
  Report report{.columns = {"claim", "statement", "configs", "holds", "fails", "undecided",
                            "share of decided"}};
  for (const v1::ClaimReport& one : claims.claims()) {
    report.rows.push_back({one.claim().name(), StatementText(one.claim()),
                           absl::StrCat(one.configs()), absl::StrCat(one.holds()),
                           absl::StrCat(one.fails()), absl::StrCat(one.undecided()),
                           one.has_share() ? EstimateText(one.share()) : ""});
  }
  return report;
}

void WriteClaims(Document& document, const v1::GetClaimsResponse& claims) {
  Page(document).Write(claims);
}

void WriteClaims(std::ostream& out, OutputFormat format, const v1::GetClaimsResponse& claims) {
  switch (format) {
    case OutputFormat::kTable:
    case OutputFormat::kMarkdown: {
      TextDocument document(out, format);
      return WriteClaims(document, claims);
    }
    case OutputFormat::kLatex:
      return WriteReport(out, format, ClaimsTable(claims));
    case OutputFormat::kJson:
    case OutputFormat::kCsv:
      return WriteReport(out, format, Records(claims));
  }
}

}  // namespace pathsweep

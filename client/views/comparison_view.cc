#include "client/views/comparison_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

using Side = google::protobuf::RepeatedPtrField<v1::ClaimCondition>;

// "objective=teacherless, lr=0.001"
std::string SideText(const Side& side) {
  return absl::StrJoin(side, ", ", [](std::string* out, const v1::ClaimCondition& condition) {
    absl::StrAppend(out, condition.parameter(), "=", ToText(condition.values(0)));
  });
}

Json SideJson(const Side& side) {
  Json json = Json::object();
  for (const v1::ClaimCondition& condition : side) {
    json[condition.parameter()] = ToJson(condition.values(0));
  }
  return json;
}

std::string PText(double p) {
  constexpr double kLeast = 1e-9;  // beyond it no assumption holds well enough
  return p < kLeast ? "p < 1e-09" : absl::StrCat("p = ", ShortNumber(p));
}

// What all pairs say together, a line for each.
std::vector<std::string> Summary(const v1::PairedComparison& comparison) {
  std::vector<std::string> lines = {
      absl::StrCat(comparison.sweep(), ": ", comparison.metric(), " of ",
                   SideText(comparison.first()), " less that of ", SideText(comparison.second()),
                   ", config by config and seed by seed, with 95 % intervals")};
  const int64_t pairs = comparison.better() + comparison.worse() + comparison.equal();
  if (pairs == 0) {
    lines.emplace_back("no pair of configs has a value on both sides yet");
    return lines;
  }
  lines.push_back(absl::StrCat(pairs, pairs == 1 ? " pair" : " pairs", " of configs: the mean of ",
                               SideText(comparison.first()), " is ahead in ", comparison.better(),
                               " (share ", EstimateText(comparison.share()), "), that of ",
                               SideText(comparison.second()), " in ", comparison.worse()));
  if (comparison.equal() > 0) absl::StrAppend(&lines.back(), ", ", comparison.equal(), " equal");
  if (comparison.missing() > 0) {
    absl::StrAppend(&lines.back(), "; ", comparison.missing(), " more without a value");
  }
  lines.push_back(absl::StrCat("mean difference over pairs ", EstimateText(comparison.mean()), ", ",
                               PText(comparison.p()), " (Wilcoxon's signed ranks)"));
  if (comparison.lower_is_better()) lines.emplace_back("lower is better");
  if (comparison.chosen()) {
    lines.emplace_back(
        "the search chose the configs by their results: no fair sample of the space");
  }
  const int64_t all = pairs + comparison.missing();
  if (all > comparison.pairs_size()) {
    lines.push_back(absl::StrCat("the first ", comparison.pairs_size(), " pairs of ", all, ":"));
  }
  return lines;
}

std::string BetterText(const v1::PairedComparison& comparison, const v1::ConfigPair& pair) {
  switch (pair.first_is_better()) {
    case v1::VERDICT_HOLDS:
      return SideText(comparison.first());
    case v1::VERDICT_FAILS:
      return SideText(comparison.second());
    default:
      return "undecided";
  }
}

Json BetterJson(const v1::ConfigPair& pair) {
  switch (pair.first_is_better()) {
    case v1::VERDICT_HOLDS:
      return "first";
    case v1::VERDICT_FAILS:
      return "second";
    default:
      return nullptr;
  }
}

std::vector<std::string> Named(const v1::ConfigPair& pair, const std::vector<int>& places) {
  std::vector<std::string> texts;
  for (int i : places) texts.push_back(ToText(pair.parameters(i).value()));
  return texts;
}

Report Rows(const v1::PairedComparison& comparison) {
  Report report;
  const std::vector<int> varying = VaryingParameters(comparison.pairs());
  for (int i : varying) report.columns.push_back(comparison.pairs(0).parameters(i).name());
  report.columns.insert(report.columns.end(), {"difference", "seeds", "q", "better (q ≤ 0.05)"});
  for (const v1::ConfigPair& pair : comparison.pairs()) {
    std::vector<std::string>& row = report.rows.emplace_back(Named(pair, varying));
    row.push_back(pair.has_difference() ? EstimateText(pair.difference()) : "");
    row.push_back(pair.missing() == 0
                      ? absl::StrCat(pair.seeds())
                      : absl::StrCat(pair.seeds(), " (", pair.missing(), " missing)"));
    row.push_back(pair.seeds() < 2 ? "" : ShortNumber(pair.q()));
    row.push_back(BetterText(comparison, pair));
  }
  return report;
}

Json PairJson(const v1::ConfigPair& pair) {
  return {{"parameters", ParametersJson(pair.parameters())},
          {"difference", pair.has_difference() ? EstimateJson(pair.difference()) : Json(nullptr)},
          {"seeds", pair.seeds()},
          {"missing", pair.missing()},
          {"q", OrNull(pair.seeds() >= 2, pair.q())},
          {"better", BetterJson(pair)}};
}

std::string CsvText(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

// A record for each pair.
Report Records(const v1::PairedComparison& comparison) {
  Report report;
  const std::vector<int> varying = VaryingParameters(comparison.pairs());
  for (int i : varying) report.columns.push_back(comparison.pairs(0).parameters(i).name());
  const std::vector<std::string> names = {"difference", "low", "high",  "seeds",
                                          "missing",    "q",   "better"};
  report.columns.insert(report.columns.end(), names.begin(), names.end());
  Json pairs = Json::array();
  for (const v1::ConfigPair& pair : comparison.pairs()) {
    const Json& json = pairs.emplace_back(PairJson(pair));
    std::vector<std::string>& row = report.rows.emplace_back(Named(pair, varying));
    for (const char* part : {"value", "low", "high"}) {
      row.push_back(json["difference"].is_null() ? "" : CsvText(json["difference"][part]));
    }
    for (const char* name : {"seeds", "missing", "q", "better"}) row.push_back(CsvText(json[name]));
  }
  report.json = {
      {"sweep", comparison.sweep()},
      {"metric", comparison.metric()},
      {"first", SideJson(comparison.first())},
      {"second", SideJson(comparison.second())},
      {"lower_is_better", comparison.lower_is_better()},
      {"ahead", comparison.better()},
      {"behind", comparison.worse()},
      {"equal", comparison.equal()},
      {"missing", comparison.missing()},
      {"mean", comparison.has_mean() ? EstimateJson(comparison.mean()) : Json(nullptr)},
      {"share", comparison.has_share() ? EstimateJson(comparison.share()) : Json(nullptr)},
      {"p", OrNull(comparison.has_mean(), comparison.p())},
      {"chosen", comparison.chosen()},
      {"pairs", pairs}};
  return report;
}

}  // namespace

void WriteComparison(std::ostream& out, OutputFormat format,
                     const v1::PairedComparison& comparison) {
  if (IsForPrograms(format)) return WriteReport(out, format, Records(comparison));
  for (const std::string& line : Summary(comparison)) {
    out << (format == OutputFormat::kLatex ? "% " : "") << line
        << (format == OutputFormat::kMarkdown ? "  \n" : "\n");
  }
  out << "\n";
  WriteReport(out, format, Rows(comparison));
}

}  // namespace pathsweep

#include "client/commands/report_page.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/parameter_proto.h"
#include "base/utf8.h"
#include "client/plot/plots.h"
#include "client/views/claims_view.h"
#include "client/views/effects_view.h"
#include "client/views/html_document.h"
#include "client/views/reports.h"
#include "client/views/table_view.h"

namespace pathsweep {
namespace {

constexpr size_t kShownRows = 200;
constexpr int kShownEffects = 12;
constexpr int kShownSeeds = 50;
constexpr size_t kShownSpec = 200'000;  // bytes

std::set<std::string> NamesOfSwept(const v1::SweepSpec& spec) {
  std::set<std::string> names;
  for (const v1::Axis& axis : spec.axes()) names.insert(axis.name());
  for (const v1::JointAxis& joint : spec.joint()) {
    for (const v1::Axis& column : joint.columns()) names.insert(column.name());
  }
  return names;
}

// Parameters with one value that is not their default.
Report FixedTable(const v1::SweepSpec& spec) {
  Report table{.columns = {"parameter", "value"}};
  const absl::StatusOr<TrialParameters> parameters = FromProto(spec.fixed());
  if (!parameters.ok()) return table;
  google::protobuf::RepeatedPtrField<v1::Parameter> changed;
  ChangedToProto(*parameters, changed);
  const std::set<std::string> swept = NamesOfSwept(spec);
  for (const v1::Parameter& one : changed) {
    if (!swept.contains(one.name())) table.rows.push_back({one.name(), ToText(one.value())});
  }
  return table;
}

class Writer {
 public:
  Writer(const SweepFindings& findings, const DrawPicture& draw)
      : findings_(findings),
        name_(findings.sweep.spec().name()),
        draw_(draw),
        page_(absl::StrCat("Sweep ", name_)) {}

  std::string Write(absl::Time now) {
    Opening();
    Swept();
    if (!findings_.claims.claims().empty()) Claims();
    Results();
    Importance();
    Curves();
    Provenance(now);
    return page_.Finish();
  }

 private:
  void Opening() {
    const v1::SweepSpec& spec = findings_.sweep.spec();
    if (!spec.description().empty()) page_.Paragraph(spec.description());
    const v1::TrialCounts& trials = findings_.sweep.trials();
    std::string state = absl::StrCat("The sweep is ", StateName(findings_.sweep.state()), ": ",
                                     trials.total(), " trials, ", trials.succeeded(), " succeeded");
    const auto add = [&](int64_t count, const char* what) {
      if (count > 0) absl::StrAppend(&state, ", ", count, " ", what);
    };
    add(trials.stopped(), "stopped early");
    add(trials.failed(), "failed");
    add(trials.cancelled(), "cancelled");
    add(trials.running(), "running");
    add(trials.paused(), "paused at a rung");
    add(trials.pending(), "pending");
    page_.Paragraph(absl::StrCat(state, "."));
    if (Unfinished(trials) > 0) {
      page_.Paragraph("It has not ended: what follows is by the trials so far.");
    }
  }

  void Swept() {
    page_.Part("What was swept");
    Report swept = SweepReport(findings_.sweep);
    std::erase_if(swept.rows,
                  [](const std::vector<std::string>& row) { return IsElsewhere(row[0]); });
    page_.Table(swept);
    const Report fixed = FixedTable(findings_.sweep.spec());
    if (fixed.rows.empty()) return;
    page_.Paragraph("The same for all trials; what is not named has its default:");
    page_.Table(fixed);
  }

  // What the opening or a part of its own says.
  static bool IsElsewhere(const std::string& field) {
    return field == "sweep" || field == "description" || field == "state" ||
           absl::StartsWith(field, "trials ") || absl::StartsWith(field, "claim ");
  }

  void Claims() {
    page_.Part("Claims");
    page_.Table(ClaimsTable(findings_.claims));
    WriteClaims(page_, findings_.claims);
    for (const v1::ClaimReport& claim : findings_.claims.claims()) {
      if (!claim.error().empty() || claim.configs() < 2) continue;
      Picture(absl::StrCat("Where ", claim.claim().name(), " holds"),
              BoundaryPlot(claim, /*x=*/"", /*y=*/""));
    }
  }

  void Results() {
    page_.Part("Results");
    page_.Paragraph(TableTitle(findings_.table));
    Picture("Means with 95 % intervals, over all else that varies", TablePlot(findings_.overview));
    Report table = PivotTable(findings_.table);
    const size_t rows = table.rows.size();
    table.rows.resize(std::min(rows, kShownRows));
    page_.Table(table);
    if (rows > kShownRows) {
      page_.Paragraph(absl::StrCat("These are the first ", kShownRows, " rows; `sweepctl table ",
                                   name_, Metric(), "` has all."));
    }
  }

  void Importance() {
    page_.Part("What explains it");
    page_.Paragraph(ImportanceTitle(findings_.importance));
    const v1::Effects& effects = findings_.importance.effects();
    if (effects.all().empty()) return;
    Picture("Shares of the variance between configs", ImportancePlot(findings_.importance));
    page_.Table(EffectsTable(effects, kShownEffects));
  }

  void Curves() {
    page_.Part("Learning curves");
    const absl::StatusOr<v1::Curves>& curves = findings_.curves;
    if (!curves.ok()) return Picture("", curves.status());
    const std::string by =
        curves->by().empty() ? "" : absl::StrCat(", by ", absl::StrJoin(curves->by(), ", "));
    Picture(absl::StrCat(curves->metric(), " by the steps of training", by,
                         ": means over trials in bands of 95 % intervals; those that ended before "
                         "keep their last value"),
            CurvesPlot(*curves));
  }

  void Provenance(absl::Time now) {
    page_.Part("Provenance");
    Report table{.columns = {"build", "LibTorch", "device", "device name", "threads", "attempts"}};
    for (const v1::Environment& one : findings_.environments.environments()) {
      table.rows.push_back({one.build(), one.libtorch(), one.device(), one.device_name(),
                            absl::StrCat(one.threads()), absl::StrCat(one.attempts())});
    }
    if (!table.rows.empty()) page_.Table(table);
    page_.Paragraph(absl::StrCat("Seeds: ", Seeds(), "."));
    if (!findings_.claims.database().empty()) {
      page_.Paragraph(absl::StrCat("Database: ", findings_.claims.database()));
    }
    page_.Paragraph(
        absl::StrCat("Written by sweepctl " PATHSWEEP_VERSION " at ",
                     absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", now, absl::UTCTimeZone()), "."));
    page_.Commands("The same anew:",
                   {absl::StrCat("sweepctl report ", name_, Metric(), " -o report.html")});
    const std::string& file = findings_.sweep.spec().source();
    if (!file.empty()) page_.Details("The sweep file", Cut(file));
    page_.Details("The whole specification of the sweep (JSON)", Spec());
  }

  // The option for what is not the sweep's own.
  std::string Metric() const {
    const std::string& metric = findings_.table.metric();
    return metric == findings_.sweep.spec().metric() ? "" : absl::StrCat(" --metric ", metric);
  }

  // The first of many.
  std::string Seeds() const {
    std::vector<std::string> seeds;
    for (int64_t seed : findings_.sweep.spec().seeds()) {
      if (static_cast<int>(seeds.size()) == kShownSeeds) {
        seeds.push_back(absl::StrCat("… (", findings_.sweep.spec().seeds_size(), " in all)"));
        break;
      }
      seeds.push_back(absl::StrCat(seed));
    }
    return absl::StrCat(absl::StrJoin(seeds, ", "), MoreSeeds());
  }

  // Those that the sweep may have added.
  std::string MoreSeeds() const {
    const v1::SweepSpec& spec = findings_.sweep.spec();
    if (spec.most_seeds() > 0) {
      return absl::StrCat("; up to ", spec.most_seeds(), " where a claim was undecided");
    }
    if (spec.search().fresh_seeds() == 0) return "";
    return absl::StrCat("; the next ", spec.search().fresh_seeds(),
                        " for each config that broke the claim");
  }

  // What the file was made into; the file is shown by itself.
  std::string Spec() const {
    v1::SweepSpec spec = findings_.sweep.spec();
    spec.clear_source();
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.preserve_proto_field_names = true;
    std::string text;
    const auto status = google::protobuf::util::MessageToJsonString(spec, &text, options);
    if (!status.ok()) return "(it cannot be written as JSON)";
    return Cut(text);
  }

  static std::string Cut(const std::string& text) {
    if (text.size() <= kShownSpec) return text;
    return absl::StrCat(Utf8Prefix(text, kShownSpec), "\n… (cut; ", text.size(), " bytes in all)");
  }

  void Picture(const std::string& caption, const absl::StatusOr<Plot>& plot) {
    const absl::StatusOr<std::string> svg =
        plot.ok() ? draw_(*plot) : absl::StatusOr<std::string>(plot.status());
    if (svg.ok()) {
      page_.Figure(caption, *svg);
    } else {
      page_.Paragraph(
          absl::StrCat("(No picture here: ", std::string(svg.status().message()), ".)"));
    }
  }

  const SweepFindings& findings_;
  const std::string name_;
  const DrawPicture& draw_;
  HtmlDocument page_;
};

}  // namespace

std::string ReportPage(const SweepFindings& findings, const DrawPicture& draw, absl::Time now) {
  return Writer(findings, draw).Write(now);
}

}  // namespace pathsweep

#include "client/views/reports.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/keep_checkpoint.h"
#include "base/metrics.h"
#include "base/metrics_hash.h"
#include "base/parameter_proto.h"
#include "base/trial_parameters.h"
#include "client/views/claim_text.h"

namespace pathsweep {
namespace {

std::string LowerWithout(absl::string_view prefix, absl::string_view name) {
  absl::ConsumePrefix(&name, prefix);
  return absl::AsciiStrToLower(name);
}

Json CountsJson(const v1::TrialCounts& counts) {
  return {{"total", counts.total()},         {"pending", counts.pending()},
          {"running", counts.running()},     {"succeeded", counts.succeeded()},
          {"failed", counts.failed()},       {"stopped", counts.stopped()},
          {"cancelled", counts.cancelled()}, {"paused", counts.paused()}};
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

std::string MetricText(const v1::Trial& trial, absl::string_view name) {
  for (const v1::Measurement& metric : trial.metrics()) {
    if (metric.metric() == name) return ShortNumber(metric.value());
  }
  return "";
}

Json ReadingJson(const v1::DeviceReading& reading) {
  Json json = Json::object();
  if (reading.has_utilization()) json["utilization"] = reading.utilization();
  if (reading.has_memory_used_bytes()) json["memory_used_bytes"] = reading.memory_used_bytes();
  if (reading.has_power_watts()) json["power_watts"] = reading.power_watts();
  if (reading.has_temperature_celsius()) {
    json["temperature_celsius"] = reading.temperature_celsius();
  }
  return json;
}

// "87 %, 40 GiB, 312 W, 61 °C"
std::string ReadingText(const v1::DeviceReading& reading) {
  std::vector<std::string> parts;
  const auto add = [&](double value, absl::string_view unit) {
    parts.push_back(absl::StrCat(std::llround(value), " ", unit));
  };
  if (reading.has_utilization()) add(100 * reading.utilization(), "%");
  if (reading.has_memory_used_bytes()) {
    add(static_cast<double>(reading.memory_used_bytes()) / (1 << 30), "GiB");
  }
  if (reading.has_power_watts()) add(reading.power_watts(), "W");
  if (reading.has_temperature_celsius()) add(reading.temperature_celsius(), "°C");
  return absl::StrJoin(parts, ", ");
}

// Its rules, as in the sweep file but for the names of numbers.
Json EarlyStoppingJson(const v1::EarlyStopping& rules) {
  Json json = Json::object();
  if (rules.has_hyperband()) {
    const v1::EarlyStopping::Hyperband& rule = rules.hyperband();
    json["hyperband"] = {{"first", rule.first()},
                         {"eta", rule.eta()},
                         {"rungs", rule.rungs()},
                         {"pauses", rule.pauses()}};
  }
  if (rules.has_median()) json["median"] = {{"first", rules.median().first()}};
  if (rules.has_futility()) json["futility"] = {{"level", rules.futility().level()}};
  if (rules.has_solved()) json["solved"] = {{"evaluations", rules.solved().evaluations()}};
  if (rules.has_plateau()) {
    json["plateau"] = {{"evaluations", rules.plateau().evaluations()},
                       {"least", rules.plateau().least()}};
  }
  return json;
}

Json EarlyStopsJson(const v1::Sweep& sweep) {
  Json json = Json::object();
  for (const v1::EarlyStops& stops : sweep.early_stops()) {
    json[stops.rule()] = {{"trials", stops.trials()},
                          {"steps_taken", stops.steps_taken()},
                          {"steps_whole", stops.steps_whole()}};
  }
  return json;
}

// "8 trials, which took 22 % of their steps"
std::string StopsText(const v1::EarlyStops& stops) {
  const double share =
      static_cast<double>(stops.steps_taken()) / static_cast<double>(stops.steps_whole());
  return absl::StrCat(stops.trials(), " trials, which took ", std::llround(100 * share),
                      " % of their steps");
}

// "tpe", …
std::string MethodName(const v1::Search& search) {
  const std::string name = v1::Search::Method_Name(search.method());
  return absl::AsciiStrToLower(absl::StripPrefix(name, "METHOD_"));
}

Json SearchJson(const v1::Search& search) {
  return {{"method", MethodName(search)},
          {"points", search.points()},
          {"seed", search.seed()},
          {"minimize", search.minimize()},
          {"claim", search.claim().empty() ? Json(nullptr) : Json(search.claim())},
          {"fresh_seeds", search.fresh_seeds()}};
}

}  // namespace

std::string StateName(v1::TrialState state) {
  return LowerWithout("TRIAL_STATE_", v1::TrialState_Name(state));
}

std::string StateName(v1::SweepState state) {
  return LowerWithout("SWEEP_STATE_", v1::SweepState_Name(state));
}

int64_t Unfinished(const v1::TrialCounts& counts) {
  return counts.pending() + counts.running() + counts.paused();
}

Json ToJson(const v1::ParameterValue& value) {
  const absl::StatusOr<ParameterValue> typed = FromProto(value);
  if (!typed.ok()) return nullptr;
  return std::visit([](const auto& one) -> Json { return one; }, *typed);
}

std::string ToText(const v1::ParameterValue& value) {
  const absl::StatusOr<ParameterValue> typed = FromProto(value);
  return typed.ok() ? FormatValue(*typed) : "";
}

std::string ShortNumber(double value) {
  char text[32];
  snprintf(text, sizeof text, "%.3g", value);
  if (value >= 1000 && value < 1e15) snprintf(text, sizeof text, "%.0f", value);
  return text;
}

Json ParametersJson(const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters) {
  Json json = Json::object();
  for (const v1::Parameter& parameter : parameters) {
    json[parameter.name()] = ToJson(parameter.value());
  }
  return json;
}

Json OrNull(bool present, double value) { return present ? Json(value) : Json(nullptr); }

std::string IntervalText(const v1::Estimate& estimate) {
  return absl::StrCat("[", ShortNumber(estimate.low()), ", ", ShortNumber(estimate.high()), "]");
}

std::string EstimateText(const v1::Estimate& estimate) {
  const std::string value = ShortNumber(estimate.value());
  return estimate.has_low() ? absl::StrCat(value, " ", IntervalText(estimate)) : value;
}

Json EstimateJson(const v1::Estimate& estimate) {
  return {{"value", estimate.value()},
          {"low", OrNull(estimate.has_low(), estimate.low())},
          {"high", OrNull(estimate.has_high(), estimate.high())}};
}

Json SweepJson(const v1::Sweep& sweep) {
  Json axes = Json::object();
  for (const v1::Axis& axis : sweep.spec().axes()) {
    for (const v1::ParameterValue& value : axis.values()) {
      axes[axis.name()].push_back(ToJson(value));
    }
  }
  Json claims = Json::object();
  for (const v1::Claim& claim : sweep.spec().claims()) claims[claim.name()] = StatementText(claim);
  Json joint = Json::array();
  for (const v1::JointAxis& axis : sweep.spec().joint()) {
    Json& columns = joint.emplace_back(Json::object());
    for (const v1::Axis& column : axis.columns()) {
      for (const v1::ParameterValue& value : column.values()) {
        columns[column.name()].push_back(ToJson(value));
      }
    }
  }
  return {{"sweep", sweep.spec().name()},
          {"id", sweep.id()},
          {"state", StateName(sweep.state())},
          {"trials", CountsJson(sweep.trials())},
          {"metric", sweep.spec().metric()},
          {"description", sweep.spec().description()},
          {"priority", sweep.spec().priority()},
          {"max_parallel", sweep.spec().max_parallel()},
          {"lease_seconds", sweep.spec().lease_seconds()},
          {"checkpoint_seconds", sweep.spec().checkpoint_seconds()},
          {"keep_checkpoint", Name(static_cast<KeepCheckpoint>(sweep.spec().keep_checkpoint()))},
          {"reuse", sweep.spec().reuse()},
          {"axes", axes},
          {"joint", joint},
          {"search", sweep.spec().has_search() ? SearchJson(sweep.spec().search()) : Json(nullptr)},
          {"most_seeds", sweep.spec().most_seeds()},
          {"claims", claims},
          {"early_stopping", EarlyStoppingJson(sweep.spec().early_stopping())},
          {"early_stops", EarlyStopsJson(sweep)},
          {"seeds", std::vector<int64_t>(sweep.spec().seeds().begin(), sweep.spec().seeds().end())},
          {"created_at", TimeText(sweep.created_at())}};
}

// Whether the measurements of a trial with its history are those that its hash is of.
bool MatchesItsHash(const v1::Trial& trial) {
  MetricsHash hash;
  for (const v1::Measurement& one : trial.history()) {
    hash.Add(one.step(), one.metric(), one.value());
  }
  return hash.Text() == trial.metrics_hash();
}

Json AttemptJson(const v1::Attempt& attempt) {
  return {{"attempt", attempt.number()},
          {"worker", attempt.worker()},
          {"leased_at", TimeText(attempt.leased_at())},
          {"ended_at", attempt.has_ended_at() ? Json(TimeText(attempt.ended_at())) : Json()},
          {"reason", attempt.reason()},
          {"build", attempt.build()},
          {"libtorch", attempt.libtorch()},
          {"device", attempt.device()},
          {"device_name", attempt.device_name()},
          {"threads", attempt.threads()},
          {"fused", attempt.fused() == 0 ? Json() : Json(attempt.fused())},
          {"execution", attempt.execution()},
          {"energy_joules", attempt.energy_joules() == 0 ? Json() : Json(attempt.energy_joules())}};
}

std::string AttemptText(const v1::Attempt& attempt) {
  std::string text = absl::StrCat(attempt.reason().empty() ? "running" : attempt.reason(), " on ",
                                  attempt.worker());
  if (!attempt.build().empty()) {
    absl::StrAppend(&text, "; ", attempt.device(), " (", attempt.device_name(), "), ", "threads ",
                    attempt.threads(), ", LibTorch ", attempt.libtorch(), ", build ",
                    attempt.build());
  }
  if (attempt.fused() > 1) {
    absl::StrAppend(&text, "; as one model with up to ", attempt.fused() - 1, " others");
  }
  if (!attempt.execution().empty()) absl::StrAppend(&text, "; ", attempt.execution());
  if (attempt.energy_joules() > 0) {
    absl::StrAppend(&text, "; ", ShortNumber(attempt.energy_joules()), " J");
  }
  return text;
}

Json TrialJson(const v1::Trial& trial) {
  Json metrics = Json::object();
  for (const v1::Measurement& metric : trial.metrics()) metrics[metric.metric()] = metric.value();
  return {{"id", trial.id()},
          {"state", StateName(trial.state())},
          {"attempt", trial.attempt()},
          {"seed", trial.seed()},
          {"parameters", ParametersJson(trial.parameters())},
          {"metrics", metrics},
          {"reason", trial.reason()},
          {"detail", trial.detail()},
          {"reused_from", trial.reused_from() == 0 ? Json() : Json(trial.reused_from())},
          {"metrics_hash", trial.metrics_hash().empty() ? Json() : Json(trial.metrics_hash())}};
}

Report SweepReport(const v1::Sweep& sweep) {
  Report report{SweepJson(sweep), {"field", "value"}, {}};
  const auto add = [&](const std::string& field, const std::string& value) {
    report.rows.push_back({field, value});
  };
  add("sweep", sweep.spec().name());
  add("id", absl::StrCat(sweep.id()));
  if (!sweep.spec().description().empty()) add("description", sweep.spec().description());
  add("state", StateName(sweep.state()));
  add("created", TimeText(sweep.created_at()));
  add("metric", sweep.spec().metric());
  for (const v1::Axis& axis : sweep.spec().axes()) {
    std::string values;
    for (const v1::ParameterValue& value : axis.values()) {
      absl::StrAppend(&values, values.empty() ? "" : ", ", ToText(value));
    }
    add(axis.name(), values);
  }
  for (const v1::JointAxis& axis : sweep.spec().joint()) {
    add(absl::StrJoin(axis.columns(), ", ",
                      [](std::string* out, const v1::Axis& column) { *out += column.name(); }),
        absl::StrCat(axis.columns().empty() ? 0 : axis.columns(0).values_size(), " points"));
  }
  if (sweep.spec().has_search()) {
    const v1::Search& search = sweep.spec().search();
    add("search", absl::StrCat(MethodName(search), ", up to ", search.points(), " points"));
  }
  add("seeds", sweep.spec().most_seeds() == 0
                   ? absl::StrCat(sweep.spec().seeds_size())
                   : absl::StrCat(sweep.spec().seeds_size(), " to ", sweep.spec().most_seeds(),
                                  ", until claims are decided"));
  if (sweep.spec().has_early_stopping()) {
    const Json rules = EarlyStoppingJson(sweep.spec().early_stopping());
    std::vector<std::string> names;
    for (const auto& [name, rule] : rules.items()) names.push_back(name);
    add("early stopping", absl::StrJoin(names, ", "));
  }
  for (const v1::EarlyStops& stops : sweep.early_stops()) {
    add(absl::StrCat("stopped by ", stops.rule()), StopsText(stops));
  }
  for (const v1::Claim& claim : sweep.spec().claims()) {
    add(absl::StrCat("claim ", claim.name()), StatementText(claim));
  }
  if (sweep.spec().priority() != 0) add("priority", absl::StrCat(sweep.spec().priority()));
  if (sweep.spec().max_parallel() != 0) {
    add("max_parallel", absl::StrCat(sweep.spec().max_parallel()));
  }
  const Json counts = CountsJson(sweep.trials());
  for (const auto& [state, count] : counts.items()) {
    add(absl::StrCat("trials ", state), absl::StrCat(count.get<int64_t>()));
  }
  return report;
}

Report SweepsReport(const std::vector<v1::Sweep>& sweeps) {
  Report report{
      Json::array(), {"id", "sweep", "state", "trials", "running", "ended", "failed"}, {}};
  for (const v1::Sweep& sweep : sweeps) {
    const v1::TrialCounts& counts = sweep.trials();
    Json json = SweepJson(sweep);
    json["name"] = sweep.spec().name();
    json.erase("axes");  // the list leaves them out
    json.erase("seeds");
    json.erase("joint");
    json.erase("search");
    json.erase("most_seeds");
    json.erase("claims");
    json.erase("early_stopping");
    json.erase("early_stops");
    report.json.push_back(json);
    report.rows.push_back({absl::StrCat(sweep.id()), sweep.spec().name(), StateName(sweep.state()),
                           absl::StrCat(counts.total()), absl::StrCat(counts.running()),
                           absl::StrCat(counts.total() - Unfinished(counts)),
                           absl::StrCat(counts.failed())});
  }
  return report;
}

Report TrialsReport(const std::vector<v1::Trial>& trials) {
  Report report{Json::array(), {"id", "state", "attempt", "seed"}, {}};
  const std::vector<int> varying = VaryingParameters(trials);
  for (int i : varying) report.columns.push_back(trials.front().parameters(i).name());
  report.columns.insert(report.columns.end(), {std::string(kExactMatch), "reason"});
  for (const v1::Trial& trial : trials) {
    report.json.push_back(TrialJson(trial));
    std::vector<std::string> row = {absl::StrCat(trial.id()), StateName(trial.state()),
                                    absl::StrCat(trial.attempt()), absl::StrCat(trial.seed())};
    for (int i : varying) row.push_back(ToText(trial.parameters(i).value()));
    row.push_back(MetricText(trial, kExactMatch));
    row.push_back(trial.reason());
    report.rows.push_back(std::move(row));
  }
  return report;
}

// "hyperband: its config has …"
std::string ReasonText(const v1::Trial& trial) {
  return trial.detail().empty() ? trial.reason()
                                : absl::StrCat(trial.reason(), ": ", trial.detail());
}

Report TrialReport(const v1::Trial& trial) {
  Report report{TrialJson(trial), {"field", "value"}, {}};
  report.json["worker"] = trial.worker();
  report.json["history"] = Json::array();
  for (const v1::Measurement& one : trial.history()) {
    report.json["history"].push_back(
        {{"step", one.step()}, {"metric", one.metric()}, {"value", one.value()}});
  }
  report.json["attempts"] = Json::array();
  for (const v1::Attempt& one : trial.attempts()) {
    report.json["attempts"].push_back(AttemptJson(one));
  }
  report.rows = {{"trial", absl::StrCat(trial.id())}, {"state", StateName(trial.state())},
                 {"reason", ReasonText(trial)},       {"attempt", absl::StrCat(trial.attempt())},
                 {"worker", trial.worker()},          {"seed", absl::StrCat(trial.seed())}};
  if (trial.reused_from() != 0) {
    report.rows.push_back({"reused from trial", absl::StrCat(trial.reused_from())});
  }
  for (const v1::Attempt& one : trial.attempts()) {
    report.rows.push_back({absl::StrCat("attempt ", one.number()), AttemptText(one)});
  }
  if (!trial.metrics_hash().empty()) {
    const bool matches = MatchesItsHash(trial);
    report.json["metrics_hash_matches"] = matches;
    report.rows.push_back(
        {"metrics hash", absl::StrCat(trial.metrics_hash(),
                                      matches ? ", that of the measurements below"
                                              : ": NOT that of the stored measurements: attempts "
                                                "on different devices, or fused with others, or a "
                                                "changed database")});
  }
  for (const v1::Parameter& parameter : trial.parameters()) {
    report.rows.push_back({parameter.name(), ToText(parameter.value())});
  }
  for (const v1::Measurement& metric : trial.metrics()) {
    report.rows.push_back(
        {absl::StrCat(metric.metric(), " at step ", metric.step()), ShortNumber(metric.value())});
  }
  return report;
}

Report WorkersReport(const std::vector<v1::Worker>& workers) {
  Report report{Json::array(),
                {"worker", "device", "device name", "memory", "slots", "fuse", "running",
                 "connected", "device now", "quarantine"},
                {}};
  for (const v1::Worker& worker : workers) {
    report.json.push_back({{"name", worker.name()},
                           {"hostname", worker.hostname()},
                           {"device", worker.device()},
                           {"device_name", worker.device_name()},
                           {"memory_bytes", worker.memory_bytes()},
                           {"slots", worker.slots()},
                           {"fuse", worker.fuse()},
                           {"running", worker.running()},
                           {"connected", worker.connected()},
                           {"device_reading", ReadingJson(worker.device_reading())},
                           {"quarantine", worker.quarantine()},
                           {"last_seen", TimeText(worker.last_seen())}});
    report.rows.push_back({worker.name(), worker.device(), worker.device_name(),
                           absl::StrCat(worker.memory_bytes() >> 30, " GiB"),
                           absl::StrCat(worker.slots()), absl::StrCat(worker.fuse()),
                           absl::StrCat(worker.running()), worker.connected() ? "yes" : "no",
                           worker.connected() ? ReadingText(worker.device_reading()) : "",
                           worker.quarantine()});
  }
  return report;
}

}  // namespace pathsweep

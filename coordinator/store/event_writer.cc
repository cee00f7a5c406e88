#include "coordinator/store/event_writer.h"

#include <optional>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/metrics.h"
#include "base/metrics_hash.h"
#include "base/parameter_columns.h"
#include "base/trial_parameters.h"
#include "coordinator/store/spec_json.h"
#include "coordinator/store/time_text.h"

namespace pathsweep {
namespace {

// Of a trial: `names`, then config, seed and every parameter.
std::string InsertTrialSql(std::vector<absl::string_view> names) {
  names.insert(names.end(), {"config", "seed"});
  for (const ParameterSpec& spec : TrialParameterTable()) names.push_back(spec.name);
  const std::vector<absl::string_view> marks(names.size(), "?");
  return absl::StrCat("INSERT INTO trials (", absl::StrJoin(names, ", "), ") VALUES (",
                      absl::StrJoin(marks, ", "), ")");
}

// The first attempt makes the trial's row, a later one changes it.
std::string LeaseTrialSql() {
  return absl::StrCat(InsertTrialSql({"state", "id", "sweep_id", "attempt", "worker"}),
                      " ON CONFLICT (id) DO UPDATE SET state = 'running', "
                      "attempt = excluded.attempt, worker = excluded.worker, reason = ''");
}

template <typename Value>
void Bind(SQLite::Statement& statement, int index, const Value& value) {
  if constexpr (std::is_convertible_v<Value, std::string>) {
    statement.bindNoCopy(index, value);
  } else {
    statement.bind(index, value);
  }
}

template <typename Value>
void Bind(SQLite::Statement& statement, int index, const std::optional<Value>& value) {
  value ? statement.bind(index, *value) : statement.bind(index);  // NULL
}

// Returns the index of the last one bound. Texts must live until the statement has run.
template <typename... Values>
int BindAll(SQLite::Statement& statement, const Values&... values) {
  statement.tryReset();  // its code is that of the last run, already dealt with
  int index = 0;
  (Bind(statement, ++index, values), ...);
  return index;
}

template <typename... Values>
void Run(SQLite::Statement& statement, const Values&... values) {
  BindAll(statement, values...);
  statement.exec();
}

// An event's config, seed and parameters, behind what is bound already.
template <typename Event>
void BindConfig(SQLite::Statement& statement, int index, const Event& event) {
  statement.bind(++index, event.config);
  statement.bind(++index, event.seed);
  for (const ParameterSpec& spec : TrialParameterTable()) {
    BindParameter(statement, ++index, event.parameters, spec);
  }
}

std::string Text(TrialState state) { return std::string(Name(state)); }

std::string HashText(const std::optional<uint64_t>& metrics_hash) {
  return metrics_hash ? MetricsHash(*metrics_hash).Text() : "";
}

}  // namespace

EventWriter::EventWriter(SQLite::Database& database)
    : insert_sweep_(database,
                    "INSERT INTO sweeps (id, name, request_id, spec, metric, first_trial, trials, "
                    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_extension_(database,
                        "INSERT INTO extensions (first_trial, sweep_id, extension) "
                        "VALUES (?, ?, ?)"),
      grow_sweep_(database, "UPDATE sweeps SET trials = ? WHERE id = ?"),
      cancel_sweep_(database, "UPDATE sweeps SET cancelled = 1 WHERE id = ?"),
      pause_sweep_(database, "UPDATE sweeps SET paused = ? WHERE id = ?"),
      note_judged_(database, "UPDATE sweeps SET judged_results = ? WHERE id = ?"),
      insert_verdict_(
          database,
          "INSERT INTO verdicts (sweep_id, claim, config, trial_id, verdict, mean, low, "
          "high, bound, margin, seeds, missing, q) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_counterexample_(
          database, "INSERT INTO counterexamples (sweep_id, claim, trial_id) VALUES (?, ?, ?)"),
      delete_verdicts_(database, "DELETE FROM verdicts WHERE sweep_id = ?"),
      delete_counterexamples_(database, "DELETE FROM counterexamples WHERE sweep_id = ?"),
      note_pruned_(database,
                   "INSERT INTO pruned_sweeps (id, name, end_trial, pruned_at) "
                   "SELECT id, name, ?, ? FROM sweeps WHERE id = ?"),
      delete_extensions_(database, "DELETE FROM extensions WHERE sweep_id = ?"),
      delete_sweep_(database, "DELETE FROM sweeps WHERE id = ?"),
      note_environment_(database,
                        "INSERT OR IGNORE INTO environments "
                        "(device, device_name, build, libtorch, threads) VALUES (?, ?, ?, ?, ?)"),
      register_worker_(database,
                       "INSERT INTO workers (name, hostname, memory_bytes, slots, registered_at, "
                       "device, device_name, environment_id) "
                       "SELECT ?, ?, ?, ?, ?, device, device_name, id FROM environments WHERE "
                       "device = ? AND device_name = ? AND build = ? AND libtorch = ? AND "
                       "threads = ? ON CONFLICT (name) DO "
                       "UPDATE SET hostname = excluded.hostname, device = excluded.device, "
                       "device_name = excluded.device_name, memory_bytes = excluded.memory_bytes, "
                       "slots = excluded.slots, environment_id = excluded.environment_id"),
      settle_trial_(database, InsertTrialSql({"state", "id", "sweep_id", "attempt", "worker",
                                              "reason", "reused_from"})),
      reuse_measurements_(database,
                          "INSERT INTO measurements (trial_id, metric_id, step, value) "
                          "SELECT ?, metric_id, step, value FROM measurements WHERE trial_id = ?"),
      lease_trial_(database, LeaseTrialSql()),
      insert_attempt_(database,
                      "INSERT INTO attempts (trial_id, attempt, worker, leased_at, "
                      "environment_id) VALUES (?1, ?2, ?3, ?4, "
                      "(SELECT environment_id FROM workers WHERE name = ?3))"),
      end_attempt_(database,
                   "UPDATE attempts SET reason = ?, detail = ?, ended_at = ?, "
                   "fused = nullif(?, 0), execution = ?, energy_joules = nullif(?, 0) "
                   "WHERE trial_id = ? AND attempt = ? AND ended_at IS NULL"),
      requeue_trial_(database,
                     "UPDATE trials SET state = 'pending', reason = ?, "
                     "lost_attempts = lost_attempts + ? WHERE id = ?"),
      pause_trial_(database,
                   "UPDATE trials SET state = 'paused', reason = '', metrics_hash = nullif(?, '') "
                   "WHERE id = ?"),
      promote_trial_(database,
                     "UPDATE trials SET state = 'pending', rung = rung + 1, metrics_hash = NULL "
                     "WHERE id = ?"),
      // One that was paused has its hash.
      end_trial_(database,
                 "UPDATE trials SET state = ?1, reason = ?2, detail = ?3, metrics_hash = "
                 "CASE WHEN ?1 IN ('succeeded', 'stopped') "
                 "THEN coalesce(nullif(?4, ''), metrics_hash) END WHERE id = ?5"),
      retry_trial_(database,
                   "UPDATE trials SET state = 'pending', reason = '', detail = '', "
                   "lost_attempts = 0 WHERE id = ?"),
      find_metric_(database, "SELECT id FROM metrics WHERE name = ?"),
      insert_metric_(database, "INSERT INTO metrics (name, lowest, highest) VALUES (?, ?, ?)"),
      insert_measurement_(database,
                          "INSERT OR IGNORE INTO measurements (trial_id, metric_id, step, value) "
                          "VALUES (?, ?, ?, ?)") {}

void EventWriter::Write(const Event& event) {
  std::visit([this](const auto& one) { WriteOne(one); }, event);
}

void EventWriter::WriteOne(const SweepSubmitted& event) {
  const Sweep& sweep = event.sweep;
  Run(insert_sweep_, sweep.id, sweep.spec.name, sweep.request_id, SpecToJson(sweep.spec),
      sweep.spec.metric, sweep.blocks.front().first_trial, sweep.trials, TextOf(sweep.created_at));
}

void EventWriter::WriteOne(const SweepExtended& event) {
  Run(insert_extension_, event.first_trial, event.sweep, ExtensionToJson(event.extension));
  Run(grow_sweep_, event.trials, event.sweep);
}

void EventWriter::WriteOne(const TrialSettled& event) {
  const std::string state = Text(event.state);
  int index = BindAll(settle_trial_, state, event.trial, event.sweep, 0, "", event.reason);
  if (event.reused_from) {
    settle_trial_.bind(++index, *event.reused_from);
  } else {
    settle_trial_.bind(++index);  // NULL
  }
  BindConfig(settle_trial_, index, event);
  settle_trial_.exec();
  if (event.reused_from) Run(reuse_measurements_, event.trial, *event.reused_from);
}

void EventWriter::WriteOne(const SweepCancelled& event) { Run(cancel_sweep_, event.sweep); }

void EventWriter::WriteOne(const SweepPaused& event) {
  Run(pause_sweep_, event.paused ? 1 : 0, event.sweep);
}

void EventWriter::WriteOne(const SweepJudged& event) {
  Run(note_judged_, event.results, event.sweep);
  Run(delete_verdicts_, event.sweep);
  Run(delete_counterexamples_, event.sweep);
  for (const JudgedConfig& one : *event.configs) {
    Run(insert_verdict_, event.sweep, one.claim, one.config, one.trial, one.verdict, one.mean,
        one.low, one.high, one.bound, one.margin, one.seeds, one.missing, one.q);
    for (TrialId trial : one.counterexamples) {
      Run(insert_counterexample_, event.sweep, one.claim, trial);
    }
  }
}

// Its trials go bit by bit; see Store::Tidy.
void EventWriter::WriteOne(const SweepPruned& event) {
  Run(note_pruned_, event.end_trial, TextOf(event.at), event.sweep);
  Run(delete_extensions_, event.sweep);
  Run(delete_verdicts_, event.sweep);
  Run(delete_counterexamples_, event.sweep);
  Run(delete_sweep_, event.sweep);
}

void EventWriter::WriteOne(const TrialRetried& event) { Run(retry_trial_, event.trial); }

void EventWriter::WriteOne(const WorkerRegistered& event) {
  const WorkerDescription& worker = event.worker;
  Run(note_environment_, worker.device, worker.device_name, worker.build, worker.libtorch,
      worker.threads);
  Run(register_worker_, worker.name, worker.hostname, worker.memory_bytes, worker.slots,
      TextOf(event.at), worker.device, worker.device_name, worker.build, worker.libtorch,
      worker.threads);
}

void EventWriter::WriteOne(const AttemptLeased& event) {
  const auto [trial, attempt] = event.attempt;
  const int bound = BindAll(lease_trial_, "running", trial, event.sweep, attempt, event.worker);
  BindConfig(lease_trial_, bound, event);
  lease_trial_.exec();
  Run(insert_attempt_, trial, attempt, event.worker, TextOf(event.at));
}

void EventWriter::WriteOne(const MeasurementsReported& event) {
  for (const Measurement& one : event.measurements) {
    Run(insert_measurement_, event.trial, MetricId(one.metric), one.step, one.value);
  }
}

void EventWriter::WriteOne(const AttemptEnded& event) {
  EndAttempt(event, {event.reason, event.detail});
  Run(requeue_trial_, event.reason, event.counts_as_lost ? 1 : 0, event.attempt.trial);
}

void EventWriter::WriteOne(const AttemptPaused& event) {
  EndAttempt(event, {"paused", ""});
  Run(pause_trial_, HashText(event.metrics_hash), event.attempt.trial);
}

void EventWriter::WriteOne(const TrialPromoted& event) { Run(promote_trial_, event.trial); }

void EventWriter::WriteOne(const TrialEnded& event) {
  EndAttempt(event, {event.reason, event.detail});
  Run(end_trial_, Text(event.state), event.reason, event.detail, HashText(event.metrics_hash),
      event.attempt.trial);
}

template <typename Ended>
void EventWriter::EndAttempt(const Ended& event, const Reason& reason) {
  Run(end_attempt_, reason.word, reason.detail, TextOf(event.at), event.execution.fused,
      event.execution.code, event.execution.energy_joules, event.attempt.trial,
      event.attempt.attempt);
}

const std::string& EventWriter::TextOf(absl::Time time) {
  if (time != last_time_) {
    last_time_ = time;
    last_time_text_ = TimeToText(time);
  }
  return last_time_text_;
}

int64_t EventWriter::MetricId(const std::string& name) {
  const auto known = metric_ids_.find(name);
  if (known != metric_ids_.end()) return known->second;
  find_metric_.tryReset();
  find_metric_.bind(1, name);
  if (!find_metric_.executeStep()) {
    const MetricRange range = RangeOfMetric(name);
    Run(insert_metric_, name, range.lowest, range.highest);
    return MetricId(name);
  }
  const int64_t id = find_metric_.getColumn(0).getInt64();
  find_metric_.reset();  // an open read would keep the log from ever being checkpointed
  return metric_ids_[name] = id;
}

}  // namespace pathsweep

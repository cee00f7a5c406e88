#include "coordinator/store/results_reader.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/metrics.h"
#include "coordinator/store/reusable_trials.h"
#include "coordinator/store/sqlite_guard.h"
#include "coordinator/store/time_text.h"

namespace pathsweep {

class ResultsReader::Connection {
 public:
  explicit Connection(const std::string& path)
      : database(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, /*busy timeout, ms*/ 5000) {}

  SQLite::Database database;
};

namespace {

// The trial as its sweep alone defines it.
TrialRecord UnleasedTrial(const Sweep& sweep, TrialId id) {
  TrialRecord trial;
  trial.id = id;
  trial.sweep = sweep.id;
  trial.state = sweep.cancelled ? TrialState::kCancelled : TrialState::kPending;
  trial.config = sweep.ConfigOf(id);
  trial.seed = sweep.SeedOf(id);
  trial.parameters = sweep.ParametersOf(id);
  return trial;
}

// Trials of consecutive ids.
using Block = absl::Span<TrialRecord>;

void ReadRows(SQLite::Database& database, Block trials) {
  SQLite::Statement rows(
      database,
      "SELECT id, state, attempt, worker, reason, reused_from, metrics_hash, detail "
      "FROM trials "
      "WHERE id BETWEEN ? AND ?");
  rows.bind(1, trials.front().id);
  rows.bind(2, trials.back().id);
  while (rows.executeStep()) {
    TrialRecord& trial = trials[rows.getColumn(0).getInt64() - trials.front().id];
    if (!rows.isColumnNull(5)) trial.reused_from = rows.getColumn(5).getInt64();
    trial.state = TrialStateFromName(rows.getColumn(1).getString()).value();
    trial.attempt = rows.getColumn(2).getInt();
    trial.worker = rows.getColumn(3).getString();
    trial.reason = rows.getColumn(4).getString();
    trial.metrics_hash = rows.getColumn(6).getString();
    trial.detail = rows.getColumn(7).getString();
  }
}

// With max(step), SQLite takes `value` from the row that has the maximum.
void ReadResults(SQLite::Database& database, Block trials) {
  SQLite::Statement rows(database,
                         "SELECT m.trial_id, k.name, max(m.step), m.value FROM measurements m "
                         "JOIN metrics k ON k.id = m.metric_id WHERE m.trial_id BETWEEN ? AND ? "
                         "GROUP BY m.trial_id, m.metric_id");
  rows.bind(1, trials.front().id);
  rows.bind(2, trials.back().id);
  while (rows.executeStep()) {
    TrialRecord& trial = trials[rows.getColumn(0).getInt64() - trials.front().id];
    const std::string metric = rows.getColumn(1).getString();
    trial.results[metric] = {rows.getColumn(2).getInt64(), metric, rows.getColumn(3).getDouble()};
  }
}

// The newest measurement of a metric.
constexpr char kNewest[] =
    "SELECT m.value FROM measurements m WHERE m.trial_id = t.id AND m.metric_id = $metric "
    "ORDER BY m.step DESC LIMIT 1";

absl::StatusOr<FinalValues> OnlyOne(absl::StatusOr<std::vector<FinalValues>> values) {
  if (!values.ok()) return values.status();
  return std::move(values->front());
}

size_t ConsecutiveIds(absl::Span<const TrialRecord> trials) {
  size_t count = 1;
  while (count < trials.size() && trials[count].id == trials[count - 1].id + 1) ++count;
  return count;
}

}  // namespace

ResultsReader::ResultsReader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

ResultsReader::~ResultsReader() = default;

absl::StatusOr<std::unique_ptr<ResultsReader>> ResultsReader::Open(const std::string& path) {
  return Guarded(path, [&]() -> absl::StatusOr<std::unique_ptr<ResultsReader>> {
    return std::unique_ptr<ResultsReader>(new ResultsReader(std::make_unique<Connection>(path)));
  });
}

absl::StatusOr<std::vector<TrialRecord>> ResultsReader::Trials(const Sweep& sweep, int64_t first,
                                                               int64_t limit) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<TrialRecord>> {
    std::vector<TrialRecord> trials;
    for (int64_t i = first; i < std::min(first + limit, sweep.trials); ++i) {
      trials.push_back(UnleasedTrial(sweep, sweep.TrialAt(i)));
    }
    SQLite::Transaction one_moment(database);
    for (Block rest = absl::MakeSpan(trials); !rest.empty();) {
      const Block block = rest.first(ConsecutiveIds(rest));
      ReadRows(database, block);
      ReadResults(database, block);
      rest.remove_prefix(block.size());
    }
    return trials;
  });
}

absl::StatusOr<std::vector<ReusedTrial>> ResultsReader::Reusable(const Grid& grid) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<ReusedTrial>> {
    return FindReusable(database, grid);
  });
}

absl::StatusOr<FinalValues> ResultsReader::ReadFinal(const Sweep& sweep, const std::string& metric,
                                                     bool judged) {
  if (!judged) return OnlyOne(ReadValues(sweep, {{metric, kNewest}}));
  const std::string judged_value =
      absl::StrCat("CASE WHEN t.state = 'succeeded' OR t.reason NOT IN ('",
                   absl::StrJoin(kComparing, "', '"), "') THEN (", kNewest, ") END");
  return OnlyOne(ReadValues(sweep, {{metric, judged_value}}));
}

absl::StatusOr<std::vector<FinalValues>> ResultsReader::ReadFinalOfBoth(const Sweep& sweep,
                                                                        const std::string& one,
                                                                        const std::string& other) {
  return ReadValues(sweep, {{one, kNewest}, {other, kNewest}});
}

absl::StatusOr<FinalValues> ResultsReader::ReadStepsToSolve(const Sweep& sweep) {
  return OnlyOne(ReadValues(
      sweep,
      {{std::string(kExactMatch),
        "SELECT m.step FROM measurements m WHERE m.trial_id = t.id AND m.metric_id = $metric "
        "AND m.value >= t.solved_at ORDER BY m.step LIMIT 1"}}));
}

absl::StatusOr<std::vector<FinalValues>> ResultsReader::ReadValues(
    const Sweep& sweep, const std::vector<ValueQuery>& queries) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<FinalValues>> {
    std::string values;
    for (size_t i = 0; i < queries.size(); ++i) {
      const std::string metric = absl::StrCat("(SELECT id FROM metrics WHERE name = ?", i + 2, ")");
      absl::StrAppend(&values, ", (", absl::StrReplaceAll(queries[i].value, {{"$metric", metric}}),
                      ")");
    }
    SQLite::Statement rows(database, absl::StrCat("SELECT t.id", values,
                                                  " FROM trials t WHERE t.sweep_id = ?1 "
                                                  "AND t.state IN ('succeeded', 'stopped')"));
    rows.bind(1, sweep.id);
    std::vector<FinalValues> all(queries.size());
    for (size_t i = 0; i < queries.size(); ++i) {
      rows.bind(static_cast<int>(i) + 2, queries[i].metric);
      all[i].values.resize(sweep.trials);
    }
    while (rows.executeStep()) {
      const TrialId trial = rows.getColumn(0).getInt64();
      // A sweep that was extended since has trials that are not in this one.
      if (!sweep.Contains(trial)) continue;
      const int64_t number = sweep.NumberOf(trial);
      for (size_t i = 0; i < all.size(); ++i) {
        const SQLite::Column value = rows.getColumn(static_cast<int>(i) + 1);
        if (value.isNull()) {
          all[i].without.push_back(number);
        } else {
          all[i].values[number] = value.getDouble();
        }
      }
    }
    return all;
  });
}

absl::StatusOr<std::vector<TrialHistory>> ResultsReader::ReadProgress(const Sweep& sweep,
                                                                      const std::string& metric) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<TrialHistory>> {
    SQLite::Statement rows(database,
                           "SELECT t.id, t.state, t.reason, t.rung, t.solved_at, "
                           "(m.step + t.eval_every - 1) / t.eval_every, m.value FROM trials t "
                           "LEFT JOIN measurements m ON m.trial_id = t.id AND m.step > 0 "
                           "AND m.metric_id = (SELECT id FROM metrics WHERE name = ?2) "
                           "WHERE t.sweep_id = ?1 ORDER BY t.id, m.step");
    rows.bind(1, sweep.id);
    rows.bind(2, metric);
    std::vector<TrialHistory> curves;
    while (rows.executeStep()) {
      const TrialId trial = rows.getColumn(0).getInt64();
      // A sweep that was extended since has trials that are not in this one.
      if (!sweep.Contains(trial)) continue;
      if (curves.empty() || curves.back().trial != trial) {
        curves.push_back({trial,
                          TrialStateFromName(rows.getColumn(1).getString()).value(),
                          rows.getColumn(2).getString(),
                          rows.getColumn(3).getInt(),
                          rows.getColumn(4).getDouble(),
                          {}});
      }
      if (rows.isColumnNull(5)) continue;
      std::vector<double>& values = curves.back().values;
      const double value = rows.getColumn(6).getDouble();
      const auto evaluation = static_cast<size_t>(rows.getColumn(5).getInt64());
      values.resize(std::max(values.size(), evaluation), values.empty() ? value : values.back());
      values.back() = value;
    }
    return curves;
  });
}

absl::StatusOr<std::vector<EarlyStops>> ResultsReader::ReadEarlyStops(const Sweep& sweep) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<EarlyStops>> {
    SQLite::Statement rows(
        database,
        "SELECT t.reason, count(*), "
        "coalesce(sum((SELECT max(m.step) FROM measurements m WHERE m.trial_id = t.id)), 0), "
        "sum(t.steps) "
        "FROM trials t WHERE t.sweep_id = ? AND t.state = 'stopped' GROUP BY t.reason");
    rows.bind(1, sweep.id);
    std::vector<EarlyStops> stops;
    while (rows.executeStep()) {
      stops.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getInt64(),
                       rows.getColumn(2).getInt64(), rows.getColumn(3).getInt64()});
    }
    return stops;
  });
}

absl::Status ResultsReader::ReadCurves(
    const Sweep& sweep, const std::string& metric,
    const std::function<absl::Status(TrialId trial, const std::vector<StepValue>& curve)>& take) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::Status {
    SQLite::Transaction one_moment(database);
    SQLite::Statement trials(database,
                             "SELECT id FROM trials WHERE sweep_id = ? "
                             "AND state IN ('succeeded', 'stopped')");
    trials.bind(1, sweep.id);
    SQLite::Statement points(database,
                             "SELECT step, value FROM measurements WHERE trial_id = ?1 "
                             "AND metric_id = (SELECT id FROM metrics WHERE name = ?2) "
                             "ORDER BY step");
    points.bind(2, metric);
    std::vector<StepValue> curve;
    while (trials.executeStep()) {
      const TrialId trial = trials.getColumn(0).getInt64();
      if (!sweep.Contains(trial)) continue;
      curve.clear();
      points.reset();
      points.bind(1, trial);
      while (points.executeStep()) {
        curve.push_back({points.getColumn(0).getInt64(), points.getColumn(1).getDouble()});
      }
      if (curve.empty()) continue;
      if (absl::Status taken = take(trial, curve); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int64_t>> ResultsReader::ReadThose(const Sweep& sweep,
                                                              TrialState state) {
  return ReadNumbers(sweep, absl::StrCat("t.state = '", Name(state), "'"));
}

absl::StatusOr<std::vector<int64_t>> ResultsReader::ReadDiverged(const Sweep& sweep) {
  return ReadNumbers(sweep, "t.reason = 'diverged'");
}

absl::StatusOr<std::vector<int64_t>> ResultsReader::ReadNumbers(const Sweep& sweep,
                                                                const std::string& condition) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<int64_t>> {
    SQLite::Statement rows(
        database, absl::StrCat("SELECT t.id FROM trials t WHERE t.sweep_id = ? AND ", condition));
    rows.bind(1, sweep.id);
    std::vector<int64_t> numbers;
    while (rows.executeStep()) {
      const TrialId trial = rows.getColumn(0).getInt64();
      if (sweep.Contains(trial)) numbers.push_back(sweep.NumberOf(trial));
    }
    return numbers;
  });
}

absl::StatusOr<std::vector<std::string>> ResultsReader::ReadMetricNames(const Sweep& sweep) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<std::string>> {
    SQLite::Statement rows(database,
                           "SELECT name FROM metrics k WHERE EXISTS (SELECT 1 FROM trials t "
                           "JOIN measurements m ON m.trial_id = t.id AND m.metric_id = k.id "
                           "WHERE t.sweep_id = ?) ORDER BY name");
    rows.bind(1, sweep.id);
    std::vector<std::string> names;
    while (rows.executeStep()) names.push_back(rows.getColumn(0).getString());
    return names;
  });
}

absl::StatusOr<std::vector<Measurement>> ResultsReader::History(TrialId trial) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<Measurement>> {
    SQLite::Statement rows(database,
                           "SELECT m.step, k.name, m.value FROM measurements m "
                           "JOIN metrics k ON k.id = m.metric_id WHERE m.trial_id = ? "
                           "ORDER BY m.step, k.name");
    rows.bind(1, trial);
    std::vector<Measurement> history;
    while (rows.executeStep()) {
      history.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getString(),
                         rows.getColumn(2).getDouble()});
    }
    return history;
  });
}

absl::StatusOr<std::vector<EnvironmentRecord>> ResultsReader::ReadEnvironments(const Sweep& sweep) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<EnvironmentRecord>> {
    SQLite::Statement rows(database,
                           "SELECT build, libtorch, device, device_name, threads, count(*) AS n "
                           "FROM trials t JOIN attempts a ON a.trial_id = t.id "
                           "LEFT JOIN environments e ON e.id = a.environment_id "
                           "WHERE t.sweep_id = ? GROUP BY e.id ORDER BY n DESC, e.id");
    rows.bind(1, sweep.id);
    std::vector<EnvironmentRecord> environments;
    while (rows.executeStep()) {
      environments.push_back({.build = rows.getColumn(0).getString(),
                              .libtorch = rows.getColumn(1).getString(),
                              .device = rows.getColumn(2).getString(),
                              .device_name = rows.getColumn(3).getString(),
                              .threads = rows.getColumn(4).getInt(),
                              .attempts = rows.getColumn(5).getInt64()});
    }
    return environments;
  });
}

absl::StatusOr<std::vector<AttemptRecord>> ResultsReader::Attempts(TrialId trial) {
  SQLite::Database& database = connection_->database;
  return Guarded(database.getFilename(), [&]() -> absl::StatusOr<std::vector<AttemptRecord>> {
    SQLite::Statement rows(database,
                           "SELECT attempt, worker, leased_at, ended_at, reason, build, libtorch, "
                           "device, device_name, threads, fused, execution, energy_joules "
                           "FROM attempts "
                           "LEFT JOIN environments ON environments.id = environment_id "
                           "WHERE trial_id = ? ORDER BY attempt");
    rows.bind(1, trial);
    std::vector<AttemptRecord> attempts;
    while (rows.executeStep()) {
      AttemptRecord& attempt = attempts.emplace_back();
      attempt.number = rows.getColumn(0).getInt();
      attempt.worker = rows.getColumn(1).getString();
      attempt.leased_at = TimeFromText(rows.getColumn(2).getString());
      if (!rows.isColumnNull(3)) attempt.ended_at = TimeFromText(rows.getColumn(3).getString());
      attempt.reason = rows.getColumn(4).getString();
      attempt.build = rows.getColumn(5).getString();
      attempt.libtorch = rows.getColumn(6).getString();
      attempt.device = rows.getColumn(7).getString();
      attempt.device_name = rows.getColumn(8).getString();
      attempt.threads = rows.getColumn(9).getInt();
      attempt.execution = {rows.getColumn(10).getInt(), rows.getColumn(11).getString(),
                           rows.getColumn(12).getDouble()};
    }
    return attempts;
  });
}

}  // namespace pathsweep

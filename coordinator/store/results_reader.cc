#include "coordinator/store/results_reader.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "coordinator/store/sqlite_guard.h"

namespace pathsweep {

class ResultsReader::Connection {
 public:
  explicit Connection(const std::string& path)
      : database(path, SQLite::OPEN_READONLY, /*busy timeout, ms*/ 5000) {}

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

void ReadRows(SQLite::Database& database, std::vector<TrialRecord>& trials) {
  SQLite::Statement rows(database,
                         "SELECT id, state, attempt, worker, reason FROM trials "
                         "WHERE id BETWEEN ? AND ?");
  rows.bind(1, trials.front().id);
  rows.bind(2, trials.back().id);
  while (rows.executeStep()) {
    TrialRecord& trial = trials[rows.getColumn(0).getInt64() - trials.front().id];
    trial.state = TrialStateFromName(rows.getColumn(1).getString()).value();
    trial.attempt = rows.getColumn(2).getInt();
    trial.worker = rows.getColumn(3).getString();
    trial.reason = rows.getColumn(4).getString();
  }
}

// With max(step), SQLite takes `value` from the row that has the maximum.
void ReadResults(SQLite::Database& database, std::vector<TrialRecord>& trials) {
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
      trials.push_back(UnleasedTrial(sweep, sweep.first_trial + i));
    }
    if (trials.empty()) return trials;
    SQLite::Transaction one_moment(database);
    ReadRows(database, trials);
    ReadResults(database, trials);
    return trials;
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

}  // namespace pathsweep

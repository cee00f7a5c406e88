#include "coordinator/store/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/store/database_files.h"
#include "coordinator/store/event_writer.h"
#include "coordinator/store/file_lock.h"
#include "coordinator/store/schema.h"
#include "coordinator/store/spec_json.h"
#include "coordinator/store/sqlite_guard.h"
#include "coordinator/store/time_text.h"

namespace pathsweep {

class SqliteStore::Connection {
 public:
  Connection(const std::string& path, std::unique_ptr<FileLock> lock)
      : path(path),
        lock_(std::move(lock)),
        database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
                 /*busy timeout, ms*/ 5000) {}

  const std::string path;

 private:
  // Declared before the database, so that it is released after the database is closed.
  std::unique_ptr<FileLock> lock_;

 public:
  SQLite::Database database;
  std::unique_ptr<EventWriter> writer;
};

namespace {

constexpr int64_t kCheckedAtOpening = int64_t{64} << 20;

// Some ten milliseconds of work, in whole trials.
constexpr int64_t kTidiedRows = 2000;
constexpr int kTidiedTrials = 500;

bool HasTable(SQLite::Database& database, const std::string& name) {
  SQLite::Statement row(database, "SELECT count(*) FROM sqlite_schema WHERE name = ?");
  row.bind(1, name);
  row.executeStep();
  return row.getColumn(0).getInt() > 0;
}

// All of a small file; of a large one, where that takes minutes, what a start relies on.
// `sweepd --check-database` checks everything.
absl::Status CheckIntegrity(SQLite::Database& database) {
  const int64_t bytes = database.execAndGet("PRAGMA page_count").getInt64() *
                        database.execAndGet("PRAGMA page_size").getInt64();
  const bool whole = bytes <= kCheckedAtOpening || !HasTable(database, "sweeps");
  const std::string verdict =
      database.execAndGet(whole ? "PRAGMA quick_check(1)" : "PRAGMA quick_check(sweeps)")
          .getString();
  if (verdict == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("`", database.getFilename(), "` is corrupt: ", verdict,
                                          "; the file is left as it is, restore a copy of it"));
}

// Of pages and indices.
std::vector<std::string> Damage(SQLite::Database& database) {
  SQLite::Statement rows(database, "PRAGMA integrity_check(10)");
  std::vector<std::string> verdicts;
  while (rows.executeStep()) verdicts.push_back(rows.getColumn(0).getString());
  if (verdicts == std::vector<std::string>{"ok"}) verdicts.clear();
  return verdicts;
}

// Rows of what is not there, but for those of pruned sweeps that have yet to go.
std::vector<std::string> Orphans(SQLite::Database& database) {
  const bool prunes = HasTable(database, "pruned_sweeps");
  SQLite::Statement rows(
      database,
      absl::StrCat("SELECT k.\"table\", k.parent, count(*) FROM pragma_foreign_key_check k ",
                   prunes ? "WHERE NOT (k.\"table\" = 'trials' AND (SELECT sweep_id FROM trials "
                            "WHERE id = k.\"rowid\") IN (SELECT id FROM pruned_sweeps)) "
                          : "",
                   "GROUP BY k.\"table\", k.parent"));
  std::vector<std::string> orphans;
  while (rows.executeStep()) {
    orphans.push_back(absl::StrCat(rows.getColumn(2).getInt64(), " rows of ",
                                   rows.getColumn(0).getString(), " lack theirs in ",
                                   rows.getColumn(1).getString()));
  }
  return orphans;
}

void LoadSweeps(SQLite::Database& database, State& state, absl::Status& status) {
  SQLite::Statement rows(database,
                         "SELECT id, request_id, spec, first_trial, cancelled, created_at, paused, "
                         "judged_results "
                         "FROM sweeps ORDER BY id");
  while (status.ok() && rows.executeStep()) {
    absl::StatusOr<SweepSpec> spec = SpecFromJson(rows.getColumn(2).getString());
    status.Update(spec.status());
    if (!status.ok()) return;
    Sweep sweep = NewSweep(*spec, rows.getColumn(3).getInt64());
    sweep.id = rows.getColumn(0).getInt64();
    sweep.request_id = rows.getColumn(1).getString();
    sweep.created_at = TimeFromText(rows.getColumn(5).getString());
    sweep.paused = rows.getColumn(6).getInt() != 0;
    sweep.judged_results = rows.getColumn(7).getInt64();
    Apply(state, SweepSubmitted{sweep});
    if (rows.getColumn(4).getInt() != 0) Apply(state, SweepCancelled{sweep.id});
  }
}

void LoadExtensions(SQLite::Database& database, State& state, absl::Status& status) {
  SQLite::Statement rows(database,
                         "SELECT sweep_id, extension, first_trial FROM extensions "
                         "ORDER BY first_trial");
  while (status.ok() && rows.executeStep()) {
    absl::StatusOr<Extension> extension = ExtensionFromJson(rows.getColumn(1).getString());
    status.Update(extension.status());
    if (!status.ok()) return;
    const Sweep& sweep = state.sweeps.at(rows.getColumn(0).getInt64());
    const TrialId first_trial = rows.getColumn(2).getInt64();
    status.Update(Extend(sweep, *extension, first_trial).status());
    if (!status.ok()) return;
    Apply(state, SweepExtended{sweep.id, *extension, first_trial, 0});
  }
}

// Their ids are not given again.
void LoadPruned(SQLite::Database& database, State& state) {
  SQLite::Statement row(database, "SELECT max(id), max(end_trial) FROM pruned_sweeps");
  row.executeStep();
  state.next_sweep = std::max(state.next_sweep, SweepId{row.getColumn(0).getInt64()} + 1);
  state.next_trial = std::max(state.next_trial, TrialId{row.getColumn(1).getInt64()});
}

// Those that were leased came in order of number, past those that were settled: `next` is at first
// the number of rows, and then that of those behind it.
void LoadSettled(SQLite::Database& database, State& state) {
  SQLite::Statement rows(database, "SELECT sweep_id, id FROM trials WHERE attempt = 0 ORDER BY id");
  while (rows.executeStep()) {
    const auto sweep = state.sweeps.find(rows.getColumn(0).getInt64());
    if (sweep == state.sweeps.end()) continue;  // pruned
    sweep->second.settled.insert(sweep->second.NumberOf(rows.getColumn(1).getInt64()));
  }
  for (auto& [id, sweep] : state.sweeps) {
    sweep.next -= static_cast<int64_t>(sweep.settled.size());
    while (!sweep.settled.empty() && *sweep.settled.begin() <= sweep.next) {
      sweep.settled.erase(sweep.settled.begin());
      ++sweep.next;
    }
  }
}

void LoadCounts(SQLite::Database& database, State& state) {
  SQLite::Statement rows(database,
                         "SELECT sweep_id, state, count(*) FROM trials GROUP BY sweep_id, state");
  while (rows.executeStep()) {
    const auto sweep = state.sweeps.find(rows.getColumn(0).getInt64());
    if (sweep == state.sweeps.end()) continue;  // pruned
    const int64_t count = rows.getColumn(2).getInt64();
    sweep->second.rows[TrialStateFromName(rows.getColumn(1).getString()).value()] = count;
    sweep->second.next += count;
  }
  LoadSettled(database, state);
  std::erase_if(state.open_sweeps, [&](SweepId id) {
    const Sweep& sweep = state.sweeps.at(id);
    return sweep.next == sweep.trials;
  });
}

// CROSS JOIN has SQLite begin with the pruned sweeps, which are few.
std::vector<TrialId> PrunedTrials(SQLite::Database& database, int limit) {
  SQLite::Statement rows(
      database,
      "SELECT t.id FROM pruned_sweeps p CROSS JOIN trials t ON t.sweep_id = p.id "
      "LIMIT ?");
  rows.bind(1, limit);
  std::vector<TrialId> trials;
  while (rows.executeStep()) trials.push_back(rows.getColumn(0).getInt64());
  return trials;
}

// Sweep by sweep, so that the index leads past the trials that have ended with a result.
void LoadUnsettledTrials(SQLite::Database& database, State& state, absl::Time now,
                         const LeasePolicy& policy) {
  SQLite::Statement rows(database,
                         "SELECT id, state, attempt, lost_attempts, worker, rung FROM trials "
                         "WHERE sweep_id = ? "
                         "AND state IN ('pending', 'running', 'paused', 'failed')");
  for (const auto& [id, sweep] : state.sweeps) {
    rows.reset();
    rows.bind(1, id);
    while (rows.executeStep()) {
      const TrialId trial = rows.getColumn(0).getInt64();
      const LiveTrial live{*TrialStateFromName(rows.getColumn(1).getString()),
                           rows.getColumn(2).getInt(), rows.getColumn(3).getInt(),
                           rows.getColumn(5).getInt()};
      if (live.state == TrialState::kFailed) {
        state.failed_trials.emplace(trial, live);
        continue;
      }
      state.live_trials.emplace(trial, live);
      if (live.state == TrialState::kPending) state.retries.emplace(id, trial);
      if (live.state == TrialState::kRunning) {
        state.leases.Grant(trial,
                           {rows.getColumn(4).getString(), now + policy.FirstLeaseOf(sweep)});
      }
    }
  }
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

SqliteStore::~SqliteStore() = default;

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  if (path.empty() || path == ":memory:") {
    return absl::InvalidArgumentError(
        absl::StrCat("the database must be a file, not `", path, "`"));
  }
  const std::string name = ResolveDatabase(path);
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Acquire(LockOf(name));
  if (!lock.ok()) return lock.status();
  RemoveLeftovers(name);
  return Guarded(path, [&]() -> absl::StatusOr<std::unique_ptr<SqliteStore>> {
    auto connection = std::make_unique<Connection>(name, *std::move(lock));
    SQLite::Database& database = connection->database;
    if (absl::Status status = CheckIntegrity(database); !status.ok()) return status;
    if (absl::Status status = CheckOwner(database); !status.ok()) return status;
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    // Two lookups a measurement; the domain sees to them, and Check looks at them.
    database.exec("PRAGMA foreign_keys = OFF");
    Migrate(database);
    connection->writer = std::make_unique<EventWriter>(database);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connection)));
  });
}

absl::Status SqliteStore::Commit(absl::Span<const Event> events) {
  absl::Status status = Guarded(connection_->path, [&] {
    SQLite::Transaction transaction(connection_->database);
    for (const Event& event : events) connection_->writer->Write(event);
    transaction.commit();
    return absl::OkStatus();
  });
  if (status.ok()) return status;
  connection_->writer->Forget();
  // What cannot be written now may be later, so the caller may try again.
  return absl::IsFailedPrecondition(status) ? absl::UnavailableError(status.message()) : status;
}

absl::StatusOr<State> SqliteStore::Load(absl::Time now, const LeasePolicy& policy) {
  return Guarded(connection_->path, [&]() -> absl::StatusOr<State> {
    State state;
    absl::Status status;
    LoadSweeps(connection_->database, state, status);
    LoadExtensions(connection_->database, state, status);
    if (!status.ok()) return status;
    LoadPruned(connection_->database, state);
    LoadCounts(connection_->database, state);
    LoadUnsettledTrials(connection_->database, state, now, policy);
    return state;
  });
}

absl::StatusOr<bool> SqliteStore::Tidy() {
  return Guarded(connection_->path, [&]() -> absl::StatusOr<bool> {
    SQLite::Database& database = connection_->database;
    const std::vector<TrialId> trials = PrunedTrials(database, kTidiedTrials);
    if (trials.empty()) return false;
    SQLite::Statement measurements(database, "DELETE FROM measurements WHERE trial_id = ?");
    SQLite::Statement attempts(database, "DELETE FROM attempts WHERE trial_id = ?");
    SQLite::Statement row(database, "DELETE FROM trials WHERE id = ?");
    SQLite::Transaction transaction(database);
    const int64_t before = database.getTotalChanges();
    for (TrialId trial : trials) {
      if (database.getTotalChanges() - before >= kTidiedRows) break;
      for (SQLite::Statement* statement : {&measurements, &attempts, &row}) {
        statement->reset();
        statement->bind(1, trial);
        statement->exec();
      }
    }
    transaction.commit();
    return true;
  });
}

absl::Status SqliteStore::Check(const std::string& path) {
  return Guarded(path, [&] {
    SQLite::Database database(path, SQLite::OPEN_READONLY, /*busy timeout, ms*/ 5000);
    if (absl::Status owner = CheckOwner(database); !owner.ok()) return owner;
    std::vector<std::string> damage = Damage(database);
    if (damage.empty()) damage = Orphans(database);
    if (damage.empty()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("`", path, "` is corrupt: ", absl::StrJoin(damage, "; "), "; restore a copy"));
  });
}

absl::Status SqliteStore::LimitPages(int pages) {
  return Guarded(connection_->path, [&] {
    connection_->database.exec(absl::StrCat("PRAGMA max_page_count = ", pages));
    return absl::OkStatus();
  });
}

}  // namespace pathsweep

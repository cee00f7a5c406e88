#include "coordinator/store/schema.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/trial_parameters.h"
#include "coordinator/store/views.h"

namespace pathsweep {
namespace {

constexpr int kQuantiles = 1000;
constexpr int kApplicationId = 0x50535750;  // "PSWP" in the file's header

// Append only: a migration that has shipped never changes.
constexpr std::array<absl::string_view, 10> kMigrations = {R"sql(
CREATE TABLE sweeps (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  request_id TEXT NOT NULL UNIQUE,
  spec TEXT NOT NULL,
  metric TEXT NOT NULL,
  first_trial INTEGER NOT NULL,
  trials INTEGER NOT NULL,
  cancelled INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  config INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lost_attempts INTEGER NOT NULL DEFAULT 0,
  worker TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX trials_by_sweep ON trials (sweep_id, state);
CREATE TABLE attempts (
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  leased_at TEXT NOT NULL,
  ended_at TEXT,
  reason TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (trial_id, attempt)
) WITHOUT ROWID;
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  lowest REAL NOT NULL,
  highest REAL NOT NULL
);
CREATE TABLE measurements (
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  metric_id INTEGER NOT NULL REFERENCES metrics (id),
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (trial_id, metric_id, step)
) WITHOUT ROWID;
CREATE TABLE workers (
  name TEXT PRIMARY KEY,
  hostname TEXT NOT NULL,
  device TEXT NOT NULL,
  device_name TEXT NOT NULL,
  memory_bytes INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  registered_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE student_t (
  degrees_of_freedom INTEGER PRIMARY KEY,
  quantile_975 REAL NOT NULL
);
)sql",
                                                           R"sql(
ALTER TABLE sweeps ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
)sql",
                                                           R"sql(
ALTER TABLE trials ADD COLUMN reused_from INTEGER;
CREATE INDEX settled_trials ON trials (sweep_id) WHERE attempt = 0;
CREATE TABLE extensions (
  first_trial INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  extension TEXT NOT NULL
);
)sql",
                                                           R"sql(
CREATE TABLE pruned_sweeps (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  end_trial INTEGER NOT NULL,
  pruned_at TEXT NOT NULL
);
)sql",
                                                           R"sql(
CREATE TABLE environments (
  id INTEGER PRIMARY KEY,
  build TEXT NOT NULL,
  libtorch TEXT NOT NULL,
  device TEXT NOT NULL,
  device_name TEXT NOT NULL,
  threads INTEGER NOT NULL,
  UNIQUE (build, libtorch, device, device_name, threads)
);
ALTER TABLE workers ADD COLUMN environment_id INTEGER REFERENCES environments (id);
ALTER TABLE attempts ADD COLUMN environment_id INTEGER REFERENCES environments (id);
ALTER TABLE attempts ADD COLUMN fused INTEGER;
ALTER TABLE trials ADD COLUMN metrics_hash TEXT;
)sql",
                                                           R"sql(
ALTER TABLE attempts ADD COLUMN execution TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN energy_joules REAL;
)sql",
                                                           R"sql(
ALTER TABLE sweeps ADD COLUMN judged_results INTEGER NOT NULL DEFAULT -1;
CREATE TABLE verdicts (
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  claim TEXT NOT NULL,
  config INTEGER NOT NULL,
  trial_id INTEGER REFERENCES trials (id),
  verdict TEXT NOT NULL,
  mean REAL,
  low REAL,
  high REAL,
  bound REAL NOT NULL,
  margin REAL NOT NULL,
  seeds INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  q REAL,
  PRIMARY KEY (sweep_id, claim, config)
) WITHOUT ROWID;
CREATE TABLE counterexamples (
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  claim TEXT NOT NULL,
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  PRIMARY KEY (sweep_id, claim, trial_id)
) WITHOUT ROWID;
)sql",
                                                           R"sql(
-- Sweeps may have a search, which an older program would not go on with.
)sql",
                                                           R"sql(
ALTER TABLE trials ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trials ADD COLUMN detail TEXT NOT NULL DEFAULT '';
)sql",
                                                           R"sql(
CREATE INDEX diverged_trials ON trials (sweep_id) WHERE reason = 'diverged';
)sql"};

int Pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet(absl::StrCat("PRAGMA ", name)).getInt();
}

void SetPragma(SQLite::Database& database, const std::string& name, int value) {
  if (Pragma(database, name) != value) {
    database.exec(absl::StrCat("PRAGMA ", name, " = ", value));
  }
}

bool IsEmpty(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

std::string SqlLiteral(const ParameterValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "1" : "0";
  if (const auto* text = std::get_if<std::string>(&value)) return absl::StrCat("'", *text, "'");
  return FormatValue(value);
}

absl::string_view SqlType(const ParameterSpec& spec) {
  const absl::string_view type = TypeName(spec);
  return type == "real" ? "REAL" : type == "choice" ? "TEXT" : "INTEGER";
}

// Every parameter is a column of `trials`; a parameter that is newer than the file gets
// its column here, and the trials before it the default that they ran with.
void AddParameterColumns(SQLite::Database& database) {
  std::set<std::string, std::less<>> present;
  SQLite::Statement columns(database, "SELECT name FROM pragma_table_info('trials')");
  while (columns.executeStep()) present.insert(columns.getColumn(0).getString());
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (present.contains(spec.name)) continue;
    database.exec(absl::StrCat("ALTER TABLE trials ADD COLUMN ", spec.name, " ", SqlType(spec),
                               " NOT NULL DEFAULT ", SqlLiteral(DefaultValue(spec))));
  }
}

// SQL has no t quantile, so the views look it up; beyond 1000 it no longer changes.
void FillStudentT(SQLite::Database& database) {
  if (database.execAndGet("SELECT count(*) FROM student_t").getInt() == kQuantiles) return;
  SQLite::Statement insert(database, "INSERT OR IGNORE INTO student_t VALUES (?, ?)");
  for (int df = 1; df <= kQuantiles; ++df) {
    insert.bind(1, df);
    insert.bind(2, boost::math::quantile(boost::math::students_t(df), 0.975));
    insert.exec();
    insert.reset();
  }
}

}  // namespace

absl::Status CheckOwner(SQLite::Database& database) {
  if (!IsEmpty(database) && Pragma(database, "application_id") != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", database.getFilename(),
                     "` is a SQLite database of another program; name another file"));
  }
  const int version = Pragma(database, "user_version");
  if (version > static_cast<int>(kMigrations.size())) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", database.getFilename(), "` was written by a newer version (schema ",
                     version, ", this one knows ", kMigrations.size(), "); upgrade this program"));
  }
  return absl::OkStatus();
}

void Migrate(SQLite::Database& database) {
  SQLite::Transaction transaction(database);
  for (size_t i = Pragma(database, "user_version"); i < kMigrations.size(); ++i) {
    database.exec(std::string(kMigrations[i]));
  }
  AddParameterColumns(database);
  FillStudentT(database);
  CreateViews(database);
  SetPragma(database, "application_id", kApplicationId);
  SetPragma(database, "user_version", static_cast<int>(kMigrations.size()));
  transaction.commit();
}

}  // namespace pathsweep

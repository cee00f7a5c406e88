#include "worker/recorded_trial.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/parameter_columns.h"

namespace pathsweep {
namespace {

// Null if there is no such trial.
std::optional<RecordedTrial> ReadTrial(SQLite::Database& database, int64_t id) {
  SQLite::Statement row(database, "SELECT * FROM trials WHERE id = ?");
  row.bind(1, id);
  if (!row.executeStep()) return std::nullopt;
  RecordedTrial trial;
  trial.seed = row.getColumn("seed").getInt64();
  trial.state = row.getColumn("state").getString();
  for (const ParameterSpec& spec : TrialParameterTable()) {
    PutParameter(trial.parameters, spec,
                 ReadParameter(row.getColumn(spec.name.data()), DefaultValue(spec)));
  }
  return trial;
}

void ReadMeasurements(SQLite::Database& database, int64_t id, RecordedTrial& trial) {
  SQLite::Statement rows(database,
                         "SELECT step, metric, value FROM learning_curves WHERE trial_id = ?");
  rows.bind(1, id);
  while (rows.executeStep()) {
    trial.measurements[{rows.getColumn(0).getInt64(), rows.getColumn(1).getString()}] =
        rows.getColumn(2).getDouble();
  }
}

void ReadPlace(SQLite::Database& database, int64_t id, RecordedTrial& trial) {
  SQLite::Statement row(database,
                        "SELECT device, device_name, build, libtorch, threads, fused, execution "
                        "FROM trial_attempts WHERE trial_id = ? ORDER BY attempt DESC LIMIT 1");
  row.bind(1, id);
  if (!row.executeStep()) return;
  trial.device = row.getColumn(0).getString();
  trial.device_name = row.getColumn(1).getString();
  trial.build = row.getColumn(2).getString();
  trial.libtorch = row.getColumn(3).getString();
  trial.threads = row.getColumn(4).getInt();
  trial.fused = row.getColumn(5).getInt();
  trial.execution = row.getColumn(6).getString();
}

}  // namespace

absl::StatusOr<RecordedTrial> ReadRecordedTrial(const std::string& path, int64_t id) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no database `", path, "`"));
  }
  try {
    SQLite::Database database(path, SQLite::OPEN_READONLY, /*busy timeout, ms*/ 5000);
    std::optional<RecordedTrial> trial = ReadTrial(database, id);
    if (!trial) {
      return absl::NotFoundError(absl::StrCat("`", path, "` has no trial ", id,
                                              " that was ever leased; see `sweepctl trials`"));
    }
    ReadMeasurements(database, id, *trial);
    ReadPlace(database, id, *trial);
    if (absl::Status status = CheckTogether(trial->parameters); !status.ok()) return status;
    return *std::move(trial);
  } catch (const SQLite::Exception& failure) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read trial ", id, " from `", path, "`: ", failure.what(),
                     "; is it a results database, opened by a sweepd of this version since?"));
  }
}

}  // namespace pathsweep

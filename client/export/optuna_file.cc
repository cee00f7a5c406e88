#include "client/export/optuna_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "client/views/report.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

// As Optuna makes it; what is not written here is empty.
constexpr char kSchema[] = R"sql(
CREATE TABLE studies (study_id INTEGER NOT NULL PRIMARY KEY, study_name VARCHAR(512) NOT NULL);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (
  version_info_id INTEGER NOT NULL PRIMARY KEY CHECK (version_info_id = 1),
  schema_version INTEGER, library_version VARCHAR(256));
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE study_directions (
  study_direction_id INTEGER NOT NULL PRIMARY KEY, direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL REFERENCES studies (study_id), objective INTEGER NOT NULL,
  UNIQUE (study_id, objective));
CREATE TABLE study_user_attributes (
  study_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (study_id, "key"));
CREATE TABLE study_system_attributes (
  study_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (study_id, "key"));
CREATE TABLE trials (
  trial_id INTEGER NOT NULL PRIMARY KEY, number INTEGER,
  study_id INTEGER REFERENCES studies (study_id), state VARCHAR(8) NOT NULL,
  datetime_start DATETIME, datetime_complete DATETIME);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (
  trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (trial_id, "key"));
CREATE TABLE trial_system_attributes (
  trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (trial_id, "key"));
CREATE TABLE trial_params (
  param_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials (trial_id),
  param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT,
  UNIQUE (trial_id, param_name));
CREATE TABLE trial_values (
  trial_value_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id), objective INTEGER NOT NULL, value FLOAT,
  value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, objective));
CREATE TABLE trial_intermediate_values (
  trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id), step INTEGER NOT NULL,
  intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL,
  UNIQUE (trial_id, step));
CREATE TABLE trial_heartbeats (
  trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER NOT NULL UNIQUE REFERENCES trials (trial_id), heartbeat DATETIME NOT NULL);
INSERT INTO version_info VALUES (1, 12, '3.2.0');
INSERT INTO alembic_version VALUES ('v3.2.0.a');
)sql";

template <typename Action>
absl::Status Guarded(const std::string& path, const Action& action) {
  try {
    action();
    return absl::OkStatus();
  } catch (const SQLite::Exception& error) {
    return absl::InternalError(absl::StrCat("`", path, "`: ", error.what()));
  }
}

double NumberOf(const ParameterValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

Json JsonOf(const ParameterValue& value) {
  return std::visit([](const auto& one) -> Json { return one; }, value);
}

// The distribution of a parameter, by the values that it takes in the sweep.
std::string DistributionJson(const ParameterSpread& spread) {
  if (!spread.choices.empty()) {
    Json choices = Json::array();
    for (const ParameterValue& choice : spread.choices) choices.push_back(JsonOf(choice));
    return JsonLine({{"name", "CategoricalDistribution"}, {"attributes", {{"choices", choices}}}});
  }
  const bool is_integer = std::holds_alternative<int64_t>(spread.lowest);
  const double low = NumberOf(spread.lowest), high = NumberOf(spread.highest);
  return JsonLine({{"name", is_integer ? "IntDistribution" : "FloatDistribution"},
                   {"attributes",
                    {{"log", low > 0 && high >= 10 * low},
                     {"step", is_integer ? Json(1) : Json(nullptr)},
                     {"low", JsonOf(spread.lowest)},
                     {"high", JsonOf(spread.highest)}}}});
}

// A value as Optuna stores it: the number, or the place among the choices.
double Stored(const ParameterSpread& spread, const v1::ParameterValue& proto) {
  const absl::StatusOr<ParameterValue> value = FromProto(proto);
  if (!value.ok()) return 0;
  if (spread.choices.empty()) return NumberOf(*value);
  const auto place = std::ranges::find(spread.choices, *value);
  return static_cast<double>(std::distance(spread.choices.begin(), place));
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S",
                          absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                          absl::UTCTimeZone());
}

std::optional<double> ValueOf(const v1::Trial& trial, const std::string& metric) {
  const auto found = std::ranges::find(trial.metrics(), metric, &v1::Measurement::metric);
  if (found == trial.metrics().end()) return std::nullopt;
  return found->value();
}

constexpr char kFail[] = "FAIL";

const char* StateOf(const v1::Trial& trial, bool has_value) {
  if (trial.state() == v1::TRIAL_STATE_STOPPED) return "PRUNED";
  return trial.state() == v1::TRIAL_STATE_SUCCEEDED && has_value ? "COMPLETE" : kFail;
}

}  // namespace

class OptunaFile::Tables {
 public:
  Tables(const std::string& path, const std::string& study, std::string metric,
         const TrialColumns& columns)
      : path_(path),
        metric_(std::move(metric)),
        parameters_(columns.Varying()),
        database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    // The file counts only once it is whole.
    database_.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    database_.exec(kSchema);
    Run("INSERT INTO studies VALUES (1, ?)", study);
    Run("INSERT INTO study_directions VALUES (1, ?, 1, 0)",
        IsLowerBetter(metric_) ? "MINIMIZE" : "MAXIMIZE");
    Run("INSERT INTO study_system_attributes VALUES (1, 1, 'study:metric_names', ?)",
        JsonLine(Json::array({metric_})));
    for (const ParameterSpread& spread : parameters_) {
      distributions_.push_back(DistributionJson(spread));
    }
    PrepareTrials();
  }

  void Add(const v1::Trial& trial) {
    const int64_t id = ++trials_;
    const std::optional<double> value = ValueOf(trial, metric_);
    const std::string state = StateOf(trial, value.has_value());
    AddRow(id, trial, state);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const ParameterSpread& spread = parameters_[i];
      Insert(*parameter_, id, spread.name, Stored(spread, trial.parameters(spread.place).value()),
             distributions_[i]);
    }
    if (value && state != kFail) Insert(*value_, id, *value);  // Optuna allows a failed one none
    for (const v1::Measurement& one : trial.history()) {
      if (one.metric() == metric_) Insert(*intermediate_, id, one.step(), one.value());
    }
    AddAttribute(id, "seed", trial.seed());
    AddAttribute(id, "trial", trial.id());
    AddAttribute(id, "state", StateName(trial.state()));
    AddAttribute(id, "reason", trial.reason());
  }

  void Finish() { database_.exec("COMMIT"); }

  const std::string& path() const { return path_; }

 private:
  template <typename... Values>
  static void Insert(SQLite::Statement& statement, const Values&... values) {
    SQLite::bind(statement, values...);
    statement.exec();
    statement.reset();
  }

  void Run(const char* sql, const std::string& value) {
    SQLite::Statement statement(database_, sql);
    Insert(statement, value);
  }

  void PrepareTrials() {
    const auto prepare = [&](const char* sql) {
      return std::make_unique<SQLite::Statement>(database_, sql);
    };
    trial_ = prepare("INSERT INTO trials VALUES (?, ?, 1, ?, ?, ?)");
    parameter_ = prepare("INSERT INTO trial_params VALUES (NULL, ?, ?, ?, ?)");
    value_ = prepare("INSERT INTO trial_values VALUES (NULL, ?, 0, ?, 'FINITE')");
    intermediate_ =
        prepare("INSERT INTO trial_intermediate_values VALUES (NULL, ?, ?, ?, 'FINITE')");
    attribute_ = prepare("INSERT INTO trial_user_attributes VALUES (NULL, ?, ?, ?)");
  }

  // A trial that was not trained itself, or never, has no times of its own; Optuna wants some.
  void AddRow(int64_t id, const v1::Trial& trial, const std::string& state) {
    google::protobuf::Timestamp start, end;
    if (!trial.attempts().empty()) {
      start = end = trial.attempts(0).leased_at();
      const v1::Attempt& last = trial.attempts(trial.attempts_size() - 1);
      if (last.has_ended_at()) end = last.ended_at();
    }
    Insert(*trial_, id, id - 1, state, TimeText(start), TimeText(end));
  }

  void AddAttribute(int64_t id, const std::string& key, const Json& value) {
    Insert(*attribute_, id, key, JsonLine(value));
  }

  const std::string path_;
  const std::string metric_;
  const std::vector<ParameterSpread> parameters_;
  std::vector<std::string> distributions_;  // of the parameters
  int64_t trials_ = 0;
  SQLite::Database database_;
  std::unique_ptr<SQLite::Statement> trial_;
  std::unique_ptr<SQLite::Statement> parameter_;
  std::unique_ptr<SQLite::Statement> value_;
  std::unique_ptr<SQLite::Statement> intermediate_;
  std::unique_ptr<SQLite::Statement> attribute_;
};

OptunaFile::OptunaFile(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}

OptunaFile::~OptunaFile() = default;

absl::StatusOr<std::unique_ptr<OptunaFile>> OptunaFile::Create(const std::string& path,
                                                               const std::string& study,
                                                               const std::string& metric,
                                                               const TrialColumns& columns) {
  std::unique_ptr<Tables> tables;
  absl::Status made =
      Guarded(path, [&] { tables = std::make_unique<Tables>(path, study, metric, columns); });
  if (!made.ok()) return made;
  return std::unique_ptr<OptunaFile>(new OptunaFile(std::move(tables)));
}

absl::Status OptunaFile::Add(const v1::Trial& trial) {
  return Guarded(tables_->path(), [&] { tables_->Add(trial); });
}

absl::Status OptunaFile::Finish() {
  return Guarded(tables_->path(), [&] { tables_->Finish(); });
}

}  // namespace pathsweep

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/choice.h"
#include "client/commands/commands.h"
#include "client/export/optuna_file.h"
#include "client/export/parquet_file.h"
#include "client/export/trial_columns.h"
#include "client/export/trial_records.h"
#include "client/output_file.h"
#include "client/programs/scratch_folder.h"
#include "client/trial_pages.h"

namespace pathsweep {
namespace {

enum class ExportFormat { kCsv, kJson, kParquet, kOptuna };

struct ExportOptions {
  std::string sweep;
  ExportFormat format = ExportFormat::kCsv;
  std::string metric;
  std::string file;
};

bool HasEnded(const v1::Trial& trial) {
  return trial.state() != v1::TRIAL_STATE_PENDING && trial.state() != v1::TRIAL_STATE_RUNNING &&
         trial.state() != v1::TRIAL_STATE_PAUSED;
}

// What an export is written with.
struct Source {
  Context& context;
  Connection& connection;
  const ExportOptions& options;
  const TrialColumns& columns;

  absl::Status ForEach(const std::function<absl::Status(v1::Trial&)>& take) const {
    return ForEachTrial(connection, options.sweep, context.environment.interrupts, take);
  }
};

absl::StatusOr<int64_t> WriteCsv(const Source& source, AtomicFile& file) {
  const TrialRecords records(source.columns);
  if (absl::Status header = file.Write(records.CsvHeader()); !header.ok()) return header;
  int64_t trials = 0;
  absl::Status written = source.ForEach([&](v1::Trial& trial) {
    ++trials;
    return file.Write(records.Csv(trial));
  });
  if (!written.ok()) return written;
  return trials;
}

absl::StatusOr<int64_t> WriteJson(const Source& source, AtomicFile& file) {
  const TrialRecords records(source.columns);
  int64_t trials = 0;
  absl::Status written = source.ForEach([&](v1::Trial& trial) {
    return file.Write(absl::StrCat(trials++ == 0 ? "[\n" : ",\n", records.Json(trial)));
  });
  if (written.ok()) written = file.Write(trials == 0 ? "[]\n" : "\n]\n");
  if (!written.ok()) return written;
  return trials;
}

absl::Status Append(const std::filesystem::path& from, AtomicFile& to) {
  std::ifstream stream(from, std::ios::binary);
  if (!stream.is_open()) return absl::DataLossError("what was exported is not there");
  std::string block(1 << 20, '\0');
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) ||
         stream.gcount() > 0) {
    const absl::string_view read(block.data(), static_cast<size_t>(stream.gcount()));
    if (absl::Status written = to.Write(read); !written.ok()) return written;
  }
  return stream.bad() ? absl::DataLossError("cannot read what was exported") : absl::OkStatus();
}

// The rows of the CSV, made into a file of columns by another program.
absl::StatusOr<int64_t> WriteParquet(const Source& source, AtomicFile& file) {
  const absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make();
  if (!folder.ok()) return folder.status();
  const auto rows = AtomicFile::Create(folder->path() / "trials.csv");
  if (!rows.ok()) return rows.status();
  const absl::StatusOr<int64_t> trials = WriteCsv(source, **rows);
  if (!trials.ok()) return trials.status();
  absl::Status written = (*rows)->Commit();
  if (written.ok()) {
    written = MakeParquet(
        *folder, "trials.csv", "trials.parquet", TrialRecords(source.columns).Columns(),
        [&](absl::Duration pause) { return source.context.environment.interrupts.Wait(pause); });
  }
  if (written.ok()) written = Append(folder->path() / "trials.parquet", file);
  if (!written.ok()) return written;
  return *trials;
}

// SQLite writes here and there in its file, so that it is made elsewhere first.
absl::StatusOr<int64_t> WriteOptuna(const Source& source, AtomicFile& file) {
  const absl::StatusOr<v1::Sweep> sweep = source.connection.GetSweep(source.options.sweep);
  if (!sweep.ok()) return sweep.status();
  const std::string metric =
      source.options.metric.empty() ? sweep->spec().metric() : source.options.metric;
  if (!source.columns.metrics().contains(metric)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no trial of the sweep measured `", metric, "`; name another --metric"));
  }
  const absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::filesystem::path path = folder->path() / "optuna.db";
  const auto database =
      OptunaFile::Create(path.string(), sweep->spec().name(), metric, source.columns);
  if (!database.ok()) return database.status();
  int64_t trials = 0;
  absl::Status written = source.ForEach([&](v1::Trial& trial) -> absl::Status {
    if (!HasEnded(trial)) return absl::OkStatus();
    ++trials;
    v1::GetTrialRequest request;
    request.set_id(trial.id());
    const absl::StatusOr<v1::Trial> whole =
        source.connection.Call(&Connection::Stub::GetTrial, request);
    return whole.ok() ? (*database)->Add(*whole) : whole.status();
  });
  if (written.ok()) written = (*database)->Finish();
  if (written.ok()) written = Append(path, file);
  if (!written.ok()) return written;
  return trials;
}

using Writer = absl::StatusOr<int64_t> (*)(const Source& source, AtomicFile& file);

Writer WriterOf(ExportFormat format) {
  switch (format) {
    case ExportFormat::kCsv:
      return WriteCsv;
    case ExportFormat::kJson:
      return WriteJson;
    case ExportFormat::kParquet:
      return WriteParquet;
    case ExportFormat::kOptuna:
      return WriteOptuna;
  }
  return nullptr;
}

absl::Status Export(Context& context, const ExportOptions& options) {
  if (options.format != ExportFormat::kOptuna && !options.metric.empty()) {
    return absl::InvalidArgumentError("--metric is for optuna; the others have every metric");
  }
  if (options.format == ExportFormat::kParquet) {  // before all the work
    if (absl::Status there = FindDuckdb().status(); !there.ok()) return there;
  }
  context.environment.interrupts.Catch();
  Connection connection(context.options.server);
  // The columns must be known before the first row.
  TrialColumns columns;
  absl::Status read = ForEachTrial(connection, options.sweep, context.environment.interrupts,
                                   [&](v1::Trial& trial) {
                                     columns.Add(trial);
                                     return absl::OkStatus();
                                   });
  if (!read.ok()) return read;
  const absl::StatusOr<std::unique_ptr<AtomicFile>> file = CreateOutput(options.file);
  if (!file.ok()) return file.status();
  const absl::StatusOr<int64_t> trials =
      WriterOf(options.format)({context, connection, options, columns}, **file);
  if (!trials.ok()) return trials.status();
  if (absl::Status committed = (*file)->Commit(); !committed.ok()) return committed;
  PrintWritten(context, options.file, *trials, "trials");
  return absl::OkStatus();
}

}  // namespace

void AddExportCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand(
      "export", "a record for each trial: parameters that vary, results, why it ended");
  command->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  const Choices<ExportFormat> formats = {{"csv", ExportFormat::kCsv},
                                         {"json", ExportFormat::kJson},
                                         {"parquet", ExportFormat::kParquet},
                                         {"optuna", ExportFormat::kOptuna}};
  AddChoice(*command, "--format", formats, options->format,
            "csv, json, parquet (by duckdb), or optuna (a database that optuna.load_study opens)")
      ->type_name("FORM")
      ->required();
  command->add_option("--metric", options->metric,
                      "of optuna: the study's objective (default: the sweep's)");
  command->add_option("-o,--out", options->file, "file to write")->required();
  command->callback([=] { choose([=](Context& context) { return Export(context, *options); }); });
}

}  // namespace pathsweep

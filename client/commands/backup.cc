#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/atomic_file.h"
#include "base/file_chunks.h"
#include "client/commands/commands.h"
#include "client/output_file.h"

namespace pathsweep {
namespace {

struct BackupOptions {
  std::string file;
  bool force = false;
};

// What lies beside a database that a coordinator or SQLite uses, or that was not closed.
constexpr std::array<absl::string_view, 3> kSignsOfUse = {"-lock", "-wal", "-journal"};

absl::Status CheckPlace(const BackupOptions& options) {
  if (absl::Status place = CheckCanBeFile(options.file); !place.ok()) return place;
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(options.file, ignored);
  for (const absl::string_view sign : kSignsOfUse) {
    const std::string beside = absl::StrCat(options.file, sign);
    if (!std::filesystem::exists(beside, ignored)) continue;
    return absl::InvalidArgumentError(absl::StrCat("`", options.file, "` is a database in use: `",
                                                   beside, "` is beside it; name another file"));
  }
  if (!std::filesystem::exists(status) || options.force) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", options.file, "` exists; name another file, or replace it with --force"));
}

// The bytes of the coordinator's database, which are then in the file.
absl::StatusOr<int64_t> Receive(Context& context, AtomicFile& file) {
  int64_t bytes = 0;
  ChunkSink sink([&](absl::string_view data) {
    bytes += static_cast<int64_t>(data.size());
    return file.Write(data);
  });
  Connection connection(context.options.server);
  absl::Status status = connection.Stream<v1::BackupRequest, v1::FileChunk>(
      &Connection::Stub::Backup, {}, [&](const v1::FileChunk& chunk) { return sink.Add(chunk); },
      context.environment.interrupts);
  if (status.ok()) status = sink.Finish();
  if (status.ok()) status = file.Commit();
  if (!status.ok()) return status;
  return bytes;
}

absl::Status Backup(Context& context, const BackupOptions& options) {
  if (absl::Status place = CheckPlace(options); !place.ok()) return place;
  context.environment.interrupts.Catch();
  absl::StatusOr<std::unique_ptr<AtomicFile>> file = CreateOutput(options.file);
  if (!file.ok()) return file.status();
  absl::StatusOr<int64_t> bytes = Receive(context, **file);
  if (!bytes.ok()) {
    return absl::Status(bytes.status().code(),
                        absl::StrCat(bytes.status().message(), "; no backup was written"));
  }
  PrintWritten(context, options.file, *bytes, "bytes");
  return absl::OkStatus();
}

}  // namespace

void AddBackupCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* backup = app.add_subcommand(
      "backup", "copy the results database to a file here, while the coordinator works on");
  backup->add_option("file", options->file, "file to write; docs/operations.md")->required();
  backup->add_flag("--force", options->force, "replace the file if it exists");
  backup->callback([=] { choose([=](Context& context) { return Backup(context, *options); }); });
}

}  // namespace pathsweep

#include "coordinator/store/restore.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "coordinator/store/database_copy.h"
#include "coordinator/store/database_files.h"
#include "coordinator/store/file_lock.h"
#include "coordinator/store/sqlite_guard.h"
#include "coordinator/store/sqlite_store.h"

namespace pathsweep {
namespace {

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

// A database without tables would pass as one that is new.
absl::Status RequireTables(const std::string& file) {
  return Guarded(file, [&] {
    SQLite::Database database(file, SQLite::OPEN_READONLY);
    if (database.tableExists("sweeps")) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("`", file, "` is empty; name what `sweepctl backup` wrote"));
  });
}

absl::Status CheckBackup(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return absl::NotFoundError(
        absl::StrCat("there is no file `", file, "`; name what `sweepctl backup` wrote"));
  }
  if (absl::Status sound = SqliteStore::Check(file); !sound.ok()) return sound;
  return RequireTables(file);
}

// The files of a database that hold its content.
std::vector<std::string> PresentFiles(const std::string& database) {
  std::vector<std::string> present;
  for (const char* part : {"", "-wal", "-journal"}) {
    if (Exists(database + part)) present.emplace_back(part);
  }
  return present;
}

absl::Status CheckPlace(const RestoreOptions& options, const std::string& database) {
  std::error_code ignored;
  if (std::filesystem::equivalent(options.file, database, ignored)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", options.file, "` is the database itself; name a backup of it"));
  }
  if (PresentFiles(database).empty()) return absl::OkStatus();
  const std::string kept = database + kReplacedSuffix;
  if (!options.force) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", database, "` exists; with --force it is kept as `", kept,
                     "` and replaced, or name another --database"));
  }
  if (PresentFiles(kept).empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "`", kept, "` is still there from an earlier restore; move it or its -wal away first"));
}

// Brings what the -wal holds into the database, so that one file has it all. If SQLite cannot
// do so, perhaps since the database is damaged, the -wal is kept beside it.
void Checkpoint(const std::string& database) {
  (void)Guarded(database, [&] {
    SQLite::Database(database, SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return absl::OkStatus();
  });
}

// Gives the files a second name; they stay where they are until they are replaced.
absl::Status Keep(const std::string& database, const std::string& kept) {
  Checkpoint(database);
  for (const std::string& part : PresentFiles(database)) {
    if (link((database + part).c_str(), (kept + part).c_str()) == 0) continue;
    const int error = errno;
    RemoveDatabase(kept);
    return absl::ErrnoToStatus(error,
                               absl::StrCat("cannot keep `", database, part, "` as `", kept, part,
                                            "`; move it away and restore without --force"));
  }
  return SyncFolderOf(kept);
}

// The companions go first: beside the restored database they would be those of another one.
absl::Status Replace(const std::string& database, const DatabaseCopy& copy) {
  for (const absl::string_view companion : kCompanions) {
    const std::string name = absl::StrCat(database, companion);
    if (unlink(name.c_str()) != 0 && errno != ENOENT) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot remove `", name, "`"));
    }
  }
  if (absl::Status synced = SyncFolderOf(database); !synced.ok()) return synced;
  return MoveDurably(copy.path(), database);
}

// The copy is readable for its maker alone; the database is as its forerunner, or as SQLite
// makes one.
absl::Status SetPermissions(const std::string& database, const std::string& copy) {
  std::error_code absent;
  const std::filesystem::file_status present = std::filesystem::status(database, absent);
  const auto wanted =
      std::filesystem::exists(present) ? present.permissions() : std::filesystem::perms{0644};
  std::error_code error;
  std::filesystem::permissions(copy, wanted, error);
  if (!error) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("cannot set the permissions of `", copy, "`: ", error.message()));
}

// They know of measurements that the backup lacks, so no trial may go on from them.
absl::Status SetCheckpointsAside(const std::string& database) {
  const std::string folder = CheckpointsOf(database);
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return absl::OkStatus();
  std::string aside = absl::StrCat(folder, kReplacedSuffix);
  for (int number = 2; std::filesystem::exists(aside, error); ++number) {
    aside = absl::StrCat(folder, kReplacedSuffix, "-", number);
  }
  std::filesystem::rename(folder, aside, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("cannot set `", folder, "` aside: ", error.message(), "; remove it"));
}

}  // namespace

absl::StatusOr<Restored> Restore(const RestoreOptions& options) {
  const std::string database = ResolveDatabase(options.database);
  if (absl::Status sound = CheckBackup(options.file); !sound.ok()) return sound;
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Acquire(LockOf(database));
  if (!lock.ok()) return lock.status();
  if (absl::Status place = CheckPlace(options, database); !place.ok()) return place;
  absl::StatusOr<std::unique_ptr<DatabaseCopy>> copy =
      DatabaseCopy::Make(options.file, database, [] { return true; });
  if (!copy.ok()) return copy.status();
  std::error_code ignored;
  Restored restored;
  restored.bytes = static_cast<int64_t>(std::filesystem::file_size((*copy)->path(), ignored));
  absl::Status status = SetPermissions(database, (*copy)->path());
  if (status.ok() && !PresentFiles(database).empty()) {
    restored.kept = database + kReplacedSuffix;
    status = Keep(database, restored.kept);
  }
  if (status.ok()) status = SetCheckpointsAside(database);
  if (status.ok()) status = Replace(database, **copy);
  if (!status.ok()) return status;
  return restored;
}

}  // namespace pathsweep

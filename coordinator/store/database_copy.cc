#include "coordinator/store/database_copy.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "coordinator/store/database_files.h"
#include "coordinator/store/sqlite_guard.h"

namespace pathsweep {
namespace {

constexpr int kBusyMilliseconds = 5000;
// One MiB of the pages that Pathsweep's databases have.
constexpr int kPagesPerStep = 256;
constexpr int kStepsPerSync = 32;

int64_t Bytes(SQLite::Database& database) {
  return database.execAndGet("PRAGMA page_count").getInt64() *
         database.execAndGet("PRAGMA page_size").getInt64();
}

// Whoever writes beside the copy must not find the disk full because of it.
absl::Status RequireRoom(const std::string& path, int64_t bytes) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  std::error_code unknown;
  const std::filesystem::space_info space = std::filesystem::space(folder, unknown);
  const auto available = static_cast<int64_t>(space.available);
  if (unknown || available >= bytes + DatabaseCopy::kFreeSpaceLeft) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk of `", folder.string(), "` has ", available >> 20,
      " MiB free; a copy of the database takes ", (bytes >> 20) + 1, " MiB there, and ",
      DatabaseCopy::kFreeSpaceLeft >> 20, " MiB must be left; make room and try again"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DatabaseCopy>> DatabaseCopy::Make(const std::string& database,
                                                                 const std::string& beside,
                                                                 const KeepGoing& keep_going) {
  std::string path = absl::StrCat(ResolveDatabase(beside), kPartialSuffix, "XXXXXX");
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write a copy beside `", beside, "`"));
  }
  std::unique_ptr<DatabaseCopy> copy(new DatabaseCopy(std::move(path), descriptor));
  if (absl::Status filled = copy->Fill(database, keep_going); !filled.ok()) return filled;
  return copy;
}

DatabaseCopy::~DatabaseCopy() {
  close(descriptor_);
  RemoveDatabase(path_);
}

absl::Status DatabaseCopy::Fill(const std::string& database, const KeepGoing& keep_going) {
  return Guarded(database, [&] {
    SQLite::Database from(database, SQLite::OPEN_READONLY, kBusyMilliseconds);
    // A snapshot that is held: else every commit would make the copying begin anew.
    SQLite::Transaction snapshot(from);
    if (absl::Status room = RequireRoom(path_, Bytes(from)); !room.ok()) return room;
    SQLite::Database to(path_, SQLite::OPEN_READWRITE, kBusyMilliseconds);
    to.exec("PRAGMA synchronous = OFF");  // a crash removes it
    if (absl::Status copied = CopyPages(from, to, keep_going); !copied.ok()) return copied;
    to.exec("PRAGMA journal_mode = DELETE");  // no -wal beside a file that travels
    return absl::OkStatus();
  });
}

absl::Status DatabaseCopy::CopyPages(SQLite::Database& from, SQLite::Database& to,
                                     const KeepGoing& keep_going) {
  SQLite::Backup backup(to, from);
  for (int step = 1; keep_going(); ++step) {
    const int result = backup.executeStep(kPagesPerStep);
    if (result == SQLITE_DONE) return absl::OkStatus();
    if (result != SQLITE_OK) {
      return absl::UnavailableError("the database is locked by another program; try again");
    }
    // No faster than the disk: commits, and the removal of the copy, would wait for all that
    // it has not yet written.
    if (step % kStepsPerSync == 0 && fdatasync(descriptor_) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot write `", path_, "`"));
    }
  }
  return absl::CancelledError("the copy of the database was cancelled");
}

}  // namespace pathsweep

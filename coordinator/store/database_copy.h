// A copy of a results database as it was at one moment, in one file, taken while a coordinator
// writes on: the copy is read from a snapshot of the write-ahead log, which blocks nobody.
//
//   absl::StatusOr<std::unique_ptr<DatabaseCopy>> copy =
//       DatabaseCopy::Make("results.db", /*beside=*/"results.db", [] { return true; });
//   std::ifstream file((*copy)->path(), std::ios::binary);
//
// The file is temporary and goes away with the object; a coordinator that starts removes what
// a crash has left. Not thread safe; any number of copies may be made at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace SQLite {
class Database;
}

namespace pathsweep {

class DatabaseCopy {
 public:
  // Asked every few milliseconds; false ends the copying with Cancelled.
  using KeepGoing = std::function<bool()>;

  // The disk space that a copy leaves to those who write beside it.
  static constexpr int64_t kFreeSpaceLeft = int64_t{64} << 20;

  // Copies `database` to a file in the folder of `beside`, whose name begins with that of
  // `beside`. ResourceExhausted if there is no room for it.
  static absl::StatusOr<std::unique_ptr<DatabaseCopy>> Make(const std::string& database,
                                                            const std::string& beside,
                                                            const KeepGoing& keep_going);
  ~DatabaseCopy();

  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;

  const std::string& path() const { return path_; }

 private:
  DatabaseCopy(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  absl::Status Fill(const std::string& database, const KeepGoing& keep_going);
  absl::Status CopyPages(SQLite::Database& from, SQLite::Database& to, const KeepGoing& keep_going);

  const std::string path_;
  const int descriptor_;
};

}  // namespace pathsweep

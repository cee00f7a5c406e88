// The names of the files that make up a database, and of those that lie beside it.
//
// Pure but for the file system; thread safe.
#pragma once

#include <array>
#include <string>

#include "absl/strings/string_view.h"

namespace pathsweep {

// What SQLite keeps beside a database; without its -wal or -journal a database may have lost
// transactions, and with those of another one it is corrupt.
inline constexpr std::array<absl::string_view, 3> kCompanions = {"-wal", "-shm", "-journal"};

// The file that the path leads to, through links; a file that does not exist yet keeps the
// name it was given. SQLite puts the companions beside this one.
std::string ResolveDatabase(const std::string& path);

// The file that is locked while a coordinator uses the database.
std::string LockOf(const std::string& database);

// The folder with the checkpoints of the database's trials.
std::string CheckpointsOf(const std::string& database);

// Removes a temporary copy of a database, as far as it is there.
void RemoveDatabase(const std::string& path);

// Removes what a process that died has left of temporary copies of the database. Requires its
// lock.
void RemoveLeftovers(const std::string& database);

}  // namespace pathsweep

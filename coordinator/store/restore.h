// Puts a backup in the place of a results database that no coordinator uses.
//
//   absl::StatusOr<Restored> restored =
//       Restore({.file = "backup.db", .database = "results.db", .force = false});
//
// Whatever happens, also a loss of power, the database's name leads to the present database or
// to the restored one, each whole.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace pathsweep {

struct RestoreOptions {
  // What `sweepctl backup` wrote, or any results database of this or an earlier version.
  std::string file;
  std::string database;
  // Replace a database that is there; it is kept as `database` + kReplacedSuffix.
  bool force = false;
};

struct Restored {
  int64_t bytes = 0;
  // Where the database that was there is kept; empty if there was none.
  std::string kept;
};

inline constexpr char kReplacedSuffix[] = ".before-restore";

// Refuses, and changes nothing: NotFound without the file, DataLoss if it is damaged or no
// database, FailedPrecondition if it is empty, another program's or a newer version's, if a
// coordinator uses the database, if one is there without `force`, or if one is still kept from
// an earlier restore; ResourceExhausted if the disk is full.
absl::StatusOr<Restored> Restore(const RestoreOptions& options);

}  // namespace pathsweep

// The results database: its identity and its numbered migrations. docs/querying.md is
// the manual of what they make.
#pragma once

#include "absl/status/status.h"

namespace SQLite {
class Database;
}

namespace pathsweep {

// FailedPrecondition if the file belongs to another program or was written by a newer
// version. Changes nothing. May throw SQLite::Exception.
absl::Status CheckOwner(SQLite::Database& database);

// Makes an empty database a results database, or brings an older one up to date, in one
// transaction; writes nothing to one that is, so that a full disk can still be read. Requires
// CheckOwner. May throw SQLite::Exception.
void Migrate(SQLite::Database& database);

}  // namespace pathsweep

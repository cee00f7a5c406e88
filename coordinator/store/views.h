// The views that users query: trial_results, learning_curves, robustness.
#pragma once

namespace SQLite {
class Database;
}

namespace pathsweep {

// Replaces views that are not this version's; writes nothing if all are. May throw
// SQLite::Exception.
void CreateViews(SQLite::Database& database);

}  // namespace pathsweep

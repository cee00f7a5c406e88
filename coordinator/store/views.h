// The views that users query: trial_results, learning_curves, robustness.
#pragma once

namespace SQLite {
class Database;
}

namespace pathsweep {

// Replaces the views by this version's. May throw SQLite::Exception.
void CreateViews(SQLite::Database& database);

}  // namespace pathsweep

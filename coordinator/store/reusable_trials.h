// Finds results that a new sweep may take over instead of training again.
#pragma once

#include <vector>

#include "base/grid.h"
#include "coordinator/domain/decide.h"

namespace SQLite {
class Database;
}

namespace pathsweep {

// As ResultsReader::Reusable. May throw SQLite::Exception.
std::vector<ReusedTrial> FindReusable(SQLite::Database& database, const Grid& grid);

}  // namespace pathsweep

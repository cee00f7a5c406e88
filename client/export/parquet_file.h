// Parquet, by DuckDB.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/programs/scratch_folder.h"

namespace pathsweep {

// Makes Parquet of a CSV file with a header; both are in the folder. What all values of a column
// look like is its type. FailedPrecondition if `duckdb` is not in PATH, Internal with its words if
// it fails.
absl::Status MakeParquet(const ScratchFolder& folder, const std::string& csv,
                         const std::string& parquet);

}  // namespace pathsweep

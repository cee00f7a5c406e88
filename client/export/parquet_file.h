// Parquet, by DuckDB.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/export/trial_records.h"
#include "client/programs/scratch_folder.h"

namespace pathsweep {

// FailedPrecondition says how to install it.
absl::StatusOr<std::filesystem::path> FindDuckdb();

// Makes Parquet of a CSV file with a header and these columns; both are in the folder. `wait` waits
// so long and says whether to go on. Errors are those of FindDuckdb, Cancelled, and Internal with
// DuckDB's words.
absl::Status MakeParquet(const ScratchFolder& folder, const std::string& csv,
                         const std::string& parquet, const std::vector<RecordColumn>& columns,
                         const std::function<bool(absl::Duration)>& wait);

}  // namespace pathsweep

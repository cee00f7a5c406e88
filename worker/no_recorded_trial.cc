// In place of recorded_trial.cc in a build without SQLite.
#include "worker/recorded_trial.h"

namespace pathsweep {

absl::StatusOr<RecordedTrial> ReadRecordedTrial(const std::string&, int64_t) {
  return absl::UnimplementedError(
      "this train_local was built without SQLite (PATHSWEEP_PARTS=trainer) and reads no database");
}

}  // namespace pathsweep

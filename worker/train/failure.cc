#include "worker/train/failure.h"

#include "absl/strings/match.h"

namespace pathsweep {

bool SaysOutOfMemory(const std::string& message) {
  return absl::StrContains(message, "out of memory") ||
         absl::StrContains(message, "can't allocate memory") ||
         absl::StrContains(message, "CUBLAS_STATUS_ALLOC_FAILED") ||
         absl::StrContains(message, "CUBLAS_STATUS_NOT_INITIALIZED");
}

}  // namespace pathsweep

// A lock on a file name that lasts until the object or the process ends, even by a kill.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace pathsweep {

class FileLock {
 public:
  // Locks `path`, creating the file. FailedPrecondition if another process holds it or
  // the file cannot be created.
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace pathsweep

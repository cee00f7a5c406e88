// Files that commands write.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/atomic_file.h"
#include "client/context.h"

namespace pathsweep {

// InvalidArgument if there is something of the name that is no file.
absl::Status CheckCanBeFile(const std::string& path);

// InvalidArgument says why the file cannot be made and what to do.
absl::StatusOr<std::unique_ptr<AtomicFile>> CreateOutput(const std::string& path);

// Writes a file that is there whole or not at all. Errors are those of CreateOutput and Write.
absl::Status WriteOutput(const std::string& path, absl::string_view data);

// "results.csv: 54 trials", or an object.
void PrintWritten(Context& context, const std::string& file, int64_t count,
                  const std::string& what);

}  // namespace pathsweep

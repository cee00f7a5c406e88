// Reads small text files that users write.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace pathsweep {

// The whole file. InvalidArgument names the file and says why it cannot be read: missing,
// a folder, no permission, larger than `limit` bytes, or not UTF-8 text.
absl::StatusOr<std::string> ReadTextFile(const std::filesystem::path& path, int64_t limit);

}  // namespace pathsweep

// Reads small text files that users write.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

// InvalidArgument names the place of the first byte that is not UTF-8 text, in the file that
// the text is from.
absl::Status CheckUtf8(absl::string_view text, absl::string_view file);

// The whole file. InvalidArgument names the file and says why it cannot be read: missing,
// a folder, no permission, larger than `limit` bytes, or not UTF-8 text.
absl::StatusOr<std::string> ReadTextFile(const std::filesystem::path& path, int64_t limit);

}  // namespace pathsweep

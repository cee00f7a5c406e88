// A folder that goes with its owner.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace pathsweep {

class ScratchFolder {
 public:
  // FailedPrecondition if it cannot be made.
  static absl::StatusOr<ScratchFolder> Make() {
    std::error_code missing;
    std::string path =
        (std::filesystem::temp_directory_path(missing) / "pathsweep-XXXXXX").string();
    if (missing) {
      return absl::FailedPreconditionError(
          "there is no folder for temporary files; name one that exists in TMPDIR");
    }
    if (mkdtemp(path.data()) != nullptr) return ScratchFolder(path);
    return absl::FailedPreconditionError(absl::StrCat("cannot make a folder like `", path, "`"));
  }
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

  // What a file in it holds; nothing if there is none.
  std::string BytesOf(const std::string& name) const {
    std::ifstream stream(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace pathsweep

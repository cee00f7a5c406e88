#include "coordinator/store/database_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"

namespace pathsweep {

std::string ResolveDatabase(const std::string& path) {
  std::error_code unresolved;
  const std::string resolved = std::filesystem::weakly_canonical(path, unresolved).string();
  return unresolved ? path : resolved;
}

std::string LockOf(const std::string& database) { return absl::StrCat(database, "-lock"); }

std::string CheckpointsOf(const std::string& database) {
  return absl::StrCat(database, "-checkpoints");
}

void RemoveDatabase(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  for (const absl::string_view companion : kCompanions) {
    std::filesystem::remove(absl::StrCat(path, companion), ignored);
  }
}

void RemoveLeftovers(const std::string& database) {
  const std::filesystem::path path = std::filesystem::absolute(database);
  const std::string prefix = absl::StrCat(path.filename().string(), kPartialSuffix);
  std::vector<std::filesystem::path> leftovers;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
    if (absl::StartsWith(entry.path().filename().string(), prefix)) {
      leftovers.push_back(entry.path());
    }
  }
  for (const std::filesystem::path& leftover : leftovers) {
    std::filesystem::remove(leftover, ignored);
  }
}

}  // namespace pathsweep

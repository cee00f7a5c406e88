#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

absl::Status Failed(absl::string_view action, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", action, " `", path, "`"));
}

// Brings a file or, with O_DIRECTORY, a folder to the disk.
absl::Status Sync(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (descriptor < 0) return Failed("open", path);
  absl::Status status = fsync(descriptor) == 0 ? absl::OkStatus() : Failed("sync", path);
  close(descriptor);
  return status;
}

}  // namespace

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return Sync(folder.empty() ? "." : folder, O_DIRECTORY);
}

absl::Status MoveDurably(const std::string& from, const std::string& to) {
  if (absl::Status synced = Sync(from, 0); !synced.ok()) return synced;
  if (rename(from.c_str(), to.c_str()) != 0) return Failed("replace", to);
  return SyncFolderOf(to);
}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& path) {
  std::string partial = absl::StrCat(path, kPartialSuffix, "XXXXXX");
  const int descriptor = mkostemp(partial.data(), O_CLOEXEC);
  if (descriptor < 0) return Failed("create", path);
  fchmod(descriptor, 0644);
  return std::unique_ptr<AtomicFile>(new AtomicFile(path, std::move(partial), descriptor));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!committed_) unlink(partial_.c_str());
}

absl::Status AtomicFile::Write(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t written = write(descriptor_, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path_);
    data.remove_prefix(written);
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  if (fsync(descriptor_) != 0) return Failed("write", path_);
  if (close(std::exchange(descriptor_, -1)) != 0) return Failed("write", path_);
  if (rename(partial_.c_str(), path_.c_str()) != 0) return Failed("replace", path_);
  committed_ = true;
  return SyncFolderOf(path_);
}

}  // namespace pathsweep

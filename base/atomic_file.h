// A file that is there whole or not at all: written under another name in the same folder,
// brought to the disk, and renamed into place.
//
//   absl::StatusOr<std::unique_ptr<AtomicFile>> file = AtomicFile::Create("results.bak");
//   absl::Status status = (*file)->Write(data);   // as often as needed
//   if (status.ok()) status = (*file)->Commit();  // now it is there, and survives a crash
//
// Without Commit the destructor leaves nothing behind. Not thread safe; two for one path do
// not disturb each other, and the last to commit stands.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

// Of the name under which a file is written; what a crash left behind has it too.
inline constexpr absl::string_view kPartialSuffix = ".partial-";

class AtomicFile {
 public:
  // Errors are those of the operating system: NotFound without the folder, ResourceExhausted on
  // a full disk, PermissionDenied, …
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);
  ~AtomicFile();

  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Write(absl::string_view data);
  // Takes the place of a file that has the name.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string partial, int descriptor)
      : path_(std::move(path)), partial_(std::move(partial)), descriptor_(descriptor) {}

  const std::string path_;
  const std::string partial_;
  int descriptor_;
  bool committed_ = false;
};

// A new name in a folder survives a crash only once the folder is on disk.
absl::Status SyncFolderOf(const std::string& path);

// Brings a file to the disk and gives it another name in the same folder, in place of a file
// that has it.
absl::Status MoveDurably(const std::string& from, const std::string& to);

}  // namespace pathsweep

#include "coordinator/store/checkpoint_folder.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pathsweep {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kSuffix = ".checkpoint";
constexpr absl::string_view kKeptSuffix = ".kept";
// Of the disk, left for results.
constexpr double kReserve = 0.05;

}  // namespace

CheckpointFolder::CheckpointFolder(std::string path) : path_(std::move(path)) {
  Scan();
  remover_ = std::thread([this] { RemoveDiscarded(); });
}

CheckpointFolder::~CheckpointFolder() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  remover_.join();
}

void CheckpointFolder::Scan() {
  absl::MutexLock lock(&mutex_);
  std::error_code ignored;  // what cannot be read is not there
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
    const std::string file = entry.path().filename().string();
    absl::string_view number = file;
    CheckpointName name;
    if (absl::StrContains(file, kPartialSuffix)) {
      fs::remove(entry.path(), ignored);
      continue;
    }
    name.kept = absl::ConsumeSuffix(&number, kKeptSuffix);
    const bool ours = name.kept || absl::ConsumeSuffix(&number, kSuffix);
    if (ours && absl::SimpleAtoi(number, &name.trial)) names_.insert(name);
  }
}

std::string CheckpointFolder::FileOf(CheckpointName name) const {
  return absl::StrCat(path_, "/", name.trial, name.kept ? kKeptSuffix : kSuffix);
}

absl::StatusOr<std::unique_ptr<AtomicFile>> CheckpointFolder::Begin(CheckpointName name) const {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make the folder `", path_, "`: ", error.message()));
  }
  const fs::space_info space = fs::space(path_, error);
  if (!error &&
      static_cast<double>(space.available) < kReserve * static_cast<double>(space.capacity)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("less than a twentieth of the disk of `", path_,
                     "` is free, which is left for results; make room"));
  }
  return AtomicFile::Create(FileOf(name));
}

absl::Status CheckpointFolder::Commit(CheckpointName name, AtomicFile& file) {
  absl::Status status = file.Commit();
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  names_.insert(name);
  discarded_.erase(name);
  return absl::OkStatus();
}

absl::StatusOr<std::ifstream> CheckpointFolder::Read(CheckpointName name) const {
  {
    absl::MutexLock lock(&mutex_);
    if (!names_.contains(name)) {
      return absl::NotFoundError(
          absl::StrCat("trial ", name.trial, " has no ", name.kept ? "kept " : "", "checkpoint"));
    }
  }
  std::ifstream file(FileOf(name), std::ios::binary);
  if (file) return file;
  return absl::NotFoundError(absl::StrCat("cannot read the checkpoint of trial ", name.trial));
}

void CheckpointFolder::Discard(CheckpointName name) {
  absl::MutexLock lock(&mutex_);
  if (names_.erase(name) > 0) discarded_.insert(name);
}

bool CheckpointFolder::IsEmpty() const {
  absl::MutexLock lock(&mutex_);
  return names_.empty();
}

std::vector<CheckpointName> CheckpointFolder::Names() const {
  absl::MutexLock lock(&mutex_);
  return {names_.begin(), names_.end()};
}

void CheckpointFolder::RemoveDiscarded() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &CheckpointFolder::HasWork));
    const std::set<CheckpointName> removed = std::exchange(discarded_, {});
    const bool last = ending_;
    mutex_.Unlock();
    std::error_code ignored;  // the next start tries again
    for (CheckpointName name : removed) fs::remove(FileOf(name), ignored);
    if (last) return;
  }
}

}  // namespace pathsweep

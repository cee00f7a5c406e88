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
    const std::string name = entry.path().filename().string();
    absl::string_view number = name;
    TrialId trial = 0;
    if (absl::StrContains(name, kPartialSuffix)) {
      fs::remove(entry.path(), ignored);
    } else if (absl::ConsumeSuffix(&number, kSuffix) && absl::SimpleAtoi(number, &trial)) {
      trials_.insert(trial);
    }
  }
}

std::string CheckpointFolder::FileOf(TrialId trial) const {
  return absl::StrCat(path_, "/", trial, kSuffix);
}

absl::StatusOr<std::unique_ptr<AtomicFile>> CheckpointFolder::Begin(TrialId trial) const {
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
  return AtomicFile::Create(FileOf(trial));
}

absl::Status CheckpointFolder::Keep(TrialId trial, AtomicFile& file) {
  absl::Status status = file.Commit();
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  trials_.insert(trial);
  discarded_.erase(trial);
  return absl::OkStatus();
}

absl::StatusOr<std::ifstream> CheckpointFolder::Read(TrialId trial) const {
  {
    absl::MutexLock lock(&mutex_);
    if (!trials_.contains(trial)) {
      return absl::NotFoundError(absl::StrCat("trial ", trial, " has no checkpoint"));
    }
  }
  std::ifstream file(FileOf(trial), std::ios::binary);
  if (file) return file;
  return absl::NotFoundError(absl::StrCat("cannot read the checkpoint of trial ", trial));
}

void CheckpointFolder::Discard(TrialId trial) {
  absl::MutexLock lock(&mutex_);
  if (trials_.erase(trial) > 0) discarded_.insert(trial);
}

bool CheckpointFolder::IsEmpty() const {
  absl::MutexLock lock(&mutex_);
  return trials_.empty();
}

std::vector<TrialId> CheckpointFolder::Trials() const {
  absl::MutexLock lock(&mutex_);
  return {trials_.begin(), trials_.end()};
}

void CheckpointFolder::RemoveDiscarded() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &CheckpointFolder::HasWork));
    const std::set<TrialId> removed = std::exchange(discarded_, {});
    const bool last = ending_;
    mutex_.Unlock();
    std::error_code ignored;  // the next start tries again
    for (TrialId trial : removed) fs::remove(FileOf(trial), ignored);
    if (last) return;
  }
}

}  // namespace pathsweep

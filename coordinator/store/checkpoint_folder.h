// The newest checkpoint of each trial and the one that outlives it, a file apiece.
//
//   CheckpointFolder folder("results.db-checkpoints");
//   auto file = folder.Begin({trial});   // then (*file)->Write, as often as needed
//   status = folder.Commit({trial}, **file);
//   folder.Discard({trial});             // the trial has ended
//
// Thread safe.
#pragma once

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/atomic_file.h"
#include "coordinator/domain/trial.h"

namespace pathsweep {

struct CheckpointName {
  TrialId trial = 0;
  bool kept = false;  // outlives the trial

  auto operator<=>(const CheckpointName&) const = default;
};

class CheckpointFolder {
 public:
  // Finds what is there, and removes what a crash left half written. The folder itself is made
  // when it is first needed.
  explicit CheckpointFolder(std::string path);
  // Ends what was discarded.
  ~CheckpointFolder();

  // A file for the checkpoint. ResourceExhausted if little of the disk is left: it is
  // for results. FailedPrecondition if the folder cannot be made.
  absl::StatusOr<std::unique_ptr<AtomicFile>> Begin(CheckpointName name) const;
  // Commits the file, in place of the checkpoint so far.
  absl::Status Commit(CheckpointName name, AtomicFile& file);

  // NotFound if there is no such checkpoint.
  absl::StatusOr<std::ifstream> Read(CheckpointName name) const;

  // Removes the checkpoint, if there is one, soon. Does not block.
  void Discard(CheckpointName name);

  bool IsEmpty() const;
  std::vector<CheckpointName> Names() const;

 private:
  std::string FileOf(CheckpointName name) const;
  void Scan();
  void RemoveDiscarded();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ending_ || !discarded_.empty(); }

  const std::string path_;
  mutable absl::Mutex mutex_;
  std::set<CheckpointName> names_ ABSL_GUARDED_BY(mutex_);
  std::set<CheckpointName> discarded_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread remover_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

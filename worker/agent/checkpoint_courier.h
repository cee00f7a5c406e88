// Carries checkpoints to the coordinator and back, beside the training.
//
//   courier.Send({attempt}, step, bytes);                     // returns at once
//   std::string checkpoint = courier.Fetch(attempt.first);    // empty: begin at the beginning
//
// A checkpoint goes out once the measurements before it are on the coordinator's disk, for
// an attempt that goes on from it does not measure them again. One that cannot be carried is
// dropped with a warning: training goes on, and the next one may do better. One with which its
// trial pauses is tried for some minutes, since nothing goes on meanwhile. One that is to be kept
// goes before all others, and a few times if the coordinator goes away meanwhile. Of an attempt's
// checkpoints that wait only the newest is carried. Thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "pathsweep/v1/checkpoint_service.grpc.pb.h"
#include "worker/agent/session.h"

namespace pathsweep {

struct Parcel {
  AttemptKey attempt;
  bool kept = false;  // outlives the trial

  auto operator<=>(const Parcel&) const = default;
};

class CheckpointCourier {
 public:
  // The session must outlive the courier.
  CheckpointCourier(Session& session, const std::shared_ptr<grpc::Channel>& channel);
  ~CheckpointCourier();

  // Drops what waits and ends the calls under way; nothing is carried any more.
  void End();

  void Send(Parcel parcel, int64_t step, std::string checkpoint);

  // Whether a checkpoint of the attempt is on its way that is to be kept, or, if the trial will go
  // on from it, any; if so, the session is told to release the attempt's outcome once it has
  // arrived or is dropped: after its outcome the coordinator takes nothing from an attempt.
  bool WillRelease(AttemptKey attempt, bool goes_on);

  // The trial's newest checkpoint, or empty if there is none or it cannot be had; a failure is
  // logged. Blocks.
  std::string Fetch(int64_t trial);

 private:
  struct Waiting {
    int64_t step;
    std::string checkpoint;
    int tries = 0;  // that the coordinator did not answer
  };

  void Loop();
  // Takes the next one that waits, attempt after attempt in turn: those to be kept first.
  std::pair<Parcel, Waiting> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsOnItsWay(const Parcel& parcel) const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return waiting_.contains(parcel) || carried_ == parcel;
  }
  bool IsAwaited(AttemptKey attempt, bool goes_on) const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return IsOnItsWay({attempt, /*kept=*/true}) ||
           (goes_on && IsOnItsWay({attempt, /*kept=*/false}));
  }
  // Whether it is done with, one way or another.
  bool Carry(Parcel parcel, Waiting& sent);
  bool CarryForGood(Parcel parcel, Waiting& sent);
  absl::Status Put(Parcel parcel, const std::string& checkpoint, bool patient);
  // A call that End ends.
  class Call;
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ending_ || !waiting_.empty(); }

  Session& session_;
  const std::unique_ptr<v1::CheckpointService::Stub> stub_;
  absl::Mutex mutex_;
  std::map<Parcel, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::optional<Parcel> carried_ ABSL_GUARDED_BY(mutex_);  // now
  // Their outcomes wait; whether the trial goes on.
  std::map<AttemptKey, bool> held_ ABSL_GUARDED_BY(mutex_);
  Parcel last_ ABSL_GUARDED_BY(mutex_);
  Parcel last_kept_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> under_way_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

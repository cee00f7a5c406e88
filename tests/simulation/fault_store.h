// A store that fails when it is told to, on the way to a real one.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "coordinator/store/store.h"

namespace pathsweep {

// Thrown where the coordinator's process dies.
struct Death {};

class FaultStore : public Store {
 public:
  enum class Fault {
    kNone,
    kRefuse,          // an error, and nothing is stored
    kStoreAndRefuse,  // an error, though all is stored
    kDieBefore,       // the process dies, nothing is stored
    kDieAfter,        // the process dies after the commit and before the reply
  };
  using Observer = std::function<void(absl::Span<const Event>)>;

  // `stored` hears of every commit that reached the disk.
  FaultStore(std::unique_ptr<Store> disk, Observer stored)
      : disk_(std::move(disk)), stored_(std::move(stored)) {}

  void FailNext(Fault fault) { next_ = fault; }

  absl::Status Commit(absl::Span<const Event> events) override {
    const Fault fault = std::exchange(next_, Fault::kNone);
    if (fault == Fault::kRefuse) return absl::ResourceExhaustedError("simulated: disk full");
    if (fault == Fault::kDieBefore) throw Death();
    absl::Status status = disk_->Commit(events);
    if (!status.ok()) return status;
    stored_(events);
    if (fault == Fault::kDieAfter) throw Death();
    if (fault == Fault::kStoreAndRefuse) return absl::UnavailableError("simulated: no answer");
    return status;
  }

  absl::StatusOr<State> Load(absl::Time now, const LeasePolicy& policy) override {
    return disk_->Load(now, policy);
  }

  absl::StatusOr<bool> Tidy() override { return disk_->Tidy(); }

 private:
  const std::unique_ptr<Store> disk_;
  const Observer stored_;
  Fault next_ = Fault::kNone;
};

}  // namespace pathsweep

#include "coordinator/domain/lease_table.h"

#include <cassert>

namespace pathsweep {

void LeaseTable::Grant(TrialId trial, Lease lease) {
  assert(!leases_.contains(trial));
  by_deadline_.emplace(lease.deadline, trial);
  by_worker_[lease.worker].insert(trial);
  leases_.emplace(trial, std::move(lease));
}

void LeaseTable::Extend(TrialId trial, absl::Time deadline) {
  Lease& lease = leases_.at(trial);
  by_deadline_.erase({lease.deadline, trial});
  lease.deadline = deadline;
  by_deadline_.emplace(deadline, trial);
}

void LeaseTable::Release(TrialId trial) {
  const auto lease = leases_.find(trial);
  if (lease == leases_.end()) return;
  by_deadline_.erase({lease->second.deadline, trial});
  const auto worker = by_worker_.find(lease->second.worker);
  worker->second.erase(trial);
  if (worker->second.empty()) by_worker_.erase(worker);
  leases_.erase(lease);
}

const Lease* LeaseTable::Find(TrialId trial) const {
  const auto lease = leases_.find(trial);
  return lease == leases_.end() ? nullptr : &lease->second;
}

std::vector<TrialId> LeaseTable::ExpiredBy(absl::Time now) const {
  std::vector<TrialId> expired;
  for (const auto& [deadline, trial] : by_deadline_) {
    if (deadline > now) break;
    expired.push_back(trial);
  }
  return expired;
}

absl::Time LeaseTable::NextDeadline() const {
  return by_deadline_.empty() ? absl::InfiniteFuture() : by_deadline_.begin()->first;
}

const std::set<TrialId>& LeaseTable::OfWorker(const std::string& worker) const {
  static const auto& none = *new std::set<TrialId>();
  const auto trials = by_worker_.find(worker);
  return trials == by_worker_.end() ? none : trials->second;
}

}  // namespace pathsweep

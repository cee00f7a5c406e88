// Who may run which attempt until when.
//
//   leases.Grant(trial, {worker, deadline});
//   for (TrialId trial : leases.ExpiredBy(now)) …
//
// Invariants: a trial has at most one lease; iteration is in order of trial id.
// Not thread safe; part of State.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/domain/trial.h"

namespace pathsweep {

struct Lease {
  std::string worker;
  absl::Time deadline;

  bool operator==(const Lease&) const = default;
};

class LeaseTable {
 public:
  // Requires that the trial has no lease.
  void Grant(TrialId trial, Lease lease);

  // Moves the deadline, in either direction. Requires a lease.
  void Extend(TrialId trial, absl::Time deadline);

  // Does nothing if there is no lease.
  void Release(TrialId trial);

  // Null if the trial has no lease.
  const Lease* Find(TrialId trial) const;

  // Trials whose lease ended at or before `now`, the earliest first.
  std::vector<TrialId> ExpiredBy(absl::Time now) const;

  // InfiniteFuture if there is no lease.
  absl::Time NextDeadline() const;

  // Trials leased to the worker, in order of id.
  const std::set<TrialId>& OfWorker(const std::string& worker) const;

 private:
  std::map<TrialId, Lease> leases_;
  std::set<std::pair<absl::Time, TrialId>> by_deadline_;
  std::map<std::string, std::set<TrialId>> by_worker_;
};

}  // namespace pathsweep

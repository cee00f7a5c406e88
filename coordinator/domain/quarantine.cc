#include "coordinator/domain/quarantine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

void Clear(State& state, const std::string& name) {
  const auto worker = state.workers.find(name);
  if (worker != state.workers.end()) {
    worker->second.strikes.clear();
    worker->second.crashes = 0;
  }
  state.struck_workers.erase(name);
}

// Requires that the worker is struck.
absl::Duration QuarantineOf(const ConnectedWorker& worker) {
  const int doublings = std::min(worker.crashes - static_cast<int>(kMostStrikes), 10);
  return std::min(kLongestQuarantine, kShortestQuarantine * (int64_t{1} << doublings));
}

}  // namespace

bool IsStruck(const ConnectedWorker& worker) { return worker.strikes.size() >= kMostStrikes; }

std::string WhyQuarantined(const ConnectedWorker& worker) {
  if (!IsStruck(worker)) return "";
  return absl::StrCat(worker.strikes.size(),
                      " trials crashed here since its last result; the last: ", worker.last_crash);
}

Trust::Trust(const State& state, absl::Time now) : state_(state), now_(now) {
  // Looking at all workers is for when it matters.
  if (state.crashes.empty() && state.struck_workers.empty()) return;
  for (const auto& [name, worker] : state.workers) {
    if (worker.connected && !worker.leaving && !IsStruck(worker)) trusted_.push_back(name);
  }
}

int64_t Trust::Room(const ConnectedWorker& worker) const {
  const int64_t free = FreeSlots(state_, worker);
  if (!IsStruck(worker) || trusted_.empty()) return free;
  const bool holds_any = !state_.leases.OfWorker(worker.description.name).empty();
  if (holds_any || now_ < worker.last_strike + QuarantineOf(worker)) return 0;
  return std::min<int64_t>(free, 1);
}

bool Trust::Avoids(const std::string& worker, TrialId trial) const {
  const auto crashed = state_.crashes.find(trial);
  if (crashed == state_.crashes.end()) return false;
  const std::set<std::string>& workers = crashed->second.workers;
  if (!workers.contains(worker) || now_ >= crashed->second.last + kElsewhereFor) return false;
  return std::ranges::any_of(trusted_,
                             [&](const std::string& other) { return !workers.contains(other); });
}

void ApplyOne(State& state, const AttemptCrashed& event) {
  const TrialId trial = event.attempt.trial;
  TrialCrashes& crashes = state.crashes[trial];
  crashes.workers.insert(event.worker);
  crashes.last = event.at;
  ConnectedWorker& worker = state.workers.at(event.worker);
  worker.strikes.insert(trial);
  ++worker.crashes;
  worker.last_crash = event.detail;
  worker.last_strike = event.at;
  state.struck_workers.insert(event.worker);
}

void SettleStrikes(State& state, TrialId trial, TrialState to) {
  state.crashes.erase(trial);
  if (state.struck_workers.empty()) return;
  if (to != TrialState::kSucceeded && to != TrialState::kStopped) return;
  const Lease* lease = state.leases.Find(trial);
  if (lease == nullptr) return;
  const auto worker = state.workers.find(lease->worker);
  if (worker == state.workers.end()) return;
  if (!IsStruck(worker->second)) return Clear(state, lease->worker);
  for (const std::string& name : std::set<std::string>(state.struck_workers)) Clear(state, name);
}

}  // namespace pathsweep

#include "coordinator/domain/quarantine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

void Clear(State& state, const std::string& name) {
  const auto worker = state.workers.find(name);
  if (worker != state.workers.end()) worker->second.strikes.clear();
  state.struck_workers.erase(name);
}

void Forgive(State& state, const std::string& name, TrialId trial) {
  const auto worker = state.workers.find(name);
  if (worker == state.workers.end()) return;
  worker->second.strikes.erase(trial);
  if (worker->second.strikes.empty()) state.struck_workers.erase(name);
}

}  // namespace

bool IsQuarantined(const ConnectedWorker& worker) { return worker.strikes.size() >= kMostStrikes; }

std::string WhyQuarantined(const ConnectedWorker& worker) {
  if (!IsQuarantined(worker)) return "";
  return absl::StrCat(worker.strikes.size(),
                      " trials crashed here and nowhere else; the last: ", worker.last_crash);
}

Trust::Trust(const State& state) {
  // Counting all workers is for when it matters.
  if (state.crashed_on.empty() && state.struck_workers.empty()) return;
  trusted_ = std::ranges::count_if(state.workers, [](const auto& entry) {
    const ConnectedWorker& worker = entry.second;
    return worker.connected && !worker.leaving && !IsQuarantined(worker);
  });
}

void ApplyOne(State& state, const AttemptCrashed& event) {
  const TrialId trial = event.attempt.trial;
  const auto [first, is_first] = state.crashed_on.emplace(trial, event.worker);
  if (is_first) {
    ConnectedWorker& worker = state.workers.at(event.worker);
    worker.strikes.insert(trial);
    worker.last_crash = event.detail;
    worker.last_strike = event.at;
    state.struck_workers.insert(event.worker);
  } else if (first->second != event.worker) {
    Forgive(state, first->second, trial);
  }
}

void ApplyOne(State& state, const StrikesForgiven& event) { Clear(state, event.worker); }

void SettleStrikes(State& state, TrialId trial, TrialState to, const std::string& worker) {
  const bool result = to == TrialState::kSucceeded || to == TrialState::kStopped;
  if (result) Clear(state, worker);
  const auto crashed = state.crashed_on.find(trial);
  if (crashed == state.crashed_on.end()) return;
  if (!result) Forgive(state, crashed->second, trial);
  state.crashed_on.erase(crashed);
}

}  // namespace pathsweep

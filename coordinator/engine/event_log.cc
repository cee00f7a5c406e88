#include "coordinator/engine/event_log.h"

#include <spdlog/spdlog.h>

#include <set>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "coordinator/domain/quarantine.h"

namespace pathsweep {
namespace {

// Logs one event after the other.
class EventLog {
 public:
  explicit EventLog(const State& state) : state_(state) {}

  void operator()(const SweepSubmitted& event) {
    spdlog::info("sweep submitted sweep={} id={} trials={}", event.sweep.spec.name, event.sweep.id,
                 event.sweep.trials);
  }

  void operator()(const SweepJudged& event) {
    spdlog::info("claims judged sweep={} verdicts={}", NameOf(event.sweep), event.configs->size());
  }
  void operator()(const SweepExtended& event) {
    spdlog::info("sweep extended sweep={} trials={}", NameOf(event.sweep), event.trials);
  }

  void operator()(const SweepCancelled& event) {
    spdlog::info("sweep cancelled sweep={}", NameOf(event.sweep));
  }

  void operator()(const SweepPaused& event) {
    spdlog::info("sweep {} sweep={}", event.paused ? "paused" : "resumed", NameOf(event.sweep));
  }

  void operator()(const SweepPruned& event) { spdlog::info("sweep pruned id={}", event.sweep); }

  void operator()(const StopOrdered& event) {
    spdlog::info("trial stopped trial={} rule={}", event.trial, event.order.rule);
  }

  void operator()(const TrialEnded& event) {
    LogIfFinished(state_.SweepOfTrial(event.attempt.trial));
  }

  void operator()(const TrialSettled& event) { LogIfFinished(state_.SweepOfTrial(event.trial)); }

  void operator()(const WorkerRegistered& event) {
    spdlog::info("worker registered worker={} device={} slots={}", event.worker.name,
                 event.worker.device, event.worker.slots);
  }

  void operator()(const AttemptCrashed& event) {
    const ConnectedWorker& worker = state_.workers.at(event.worker);
    // The further ones say nothing new.
    if (worker.strikes.size() != kMostStrikes || !quarantined_.insert(event.worker).second) return;
    spdlog::warn("worker in quarantine worker={} reason={}", event.worker, WhyQuarantined(worker));
  }

  void operator()(const WorkerDisconnected& event) {
    spdlog::info("worker disconnected worker={}", event.worker);
  }

  template <typename Other>
  void operator()(const Other&) {}

 private:
  // The sweep may have been pruned in the same commit, and then has but its id.
  std::string NameOf(SweepId id) const {
    const auto sweep = state_.sweeps.find(id);
    return sweep == state_.sweeps.end() ? absl::StrCat(id) : sweep->second.spec.name;
  }

  void LogIfFinished(const Sweep* sweep) {
    if (sweep == nullptr || sweep->cancelled || !sweep->Ended()) return;
    if (!finished_.insert(sweep->id).second) return;
    const TrialCounts counts = sweep->Counts();
    spdlog::info("sweep finished sweep={} succeeded={} stopped={} failed={}", sweep->spec.name,
                 counts[TrialState::kSucceeded], counts[TrialState::kStopped],
                 counts[TrialState::kFailed]);
  }

  const State& state_;
  std::set<SweepId> finished_;  // several of its trials may end at once
  std::set<std::string> quarantined_;
};

}  // namespace

void LogChanges(absl::Span<const Event> events, const State& state) {
  EventLog log(state);
  for (const Event& event : events) std::visit(log, event);
}

}  // namespace pathsweep

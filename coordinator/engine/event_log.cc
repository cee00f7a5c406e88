#include "coordinator/engine/event_log.h"

#include <spdlog/spdlog.h>

#include <set>
#include <string>
#include <variant>

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

  void operator()(const SweepExtended& event) {
    spdlog::info("sweep extended sweep={} trials={}", state_.sweeps.at(event.sweep).spec.name,
                 event.trials);
  }

  void operator()(const SweepCancelled& event) {
    spdlog::info("sweep cancelled sweep={}", state_.sweeps.at(event.sweep).spec.name);
  }

  void operator()(const SweepPaused& event) {
    spdlog::info("sweep {} sweep={}", event.paused ? "paused" : "resumed",
                 state_.sweeps.at(event.sweep).spec.name);
  }

  void operator()(const TrialEnded& event) {
    LogIfFinished(*state_.SweepOfTrial(event.attempt.trial));
  }

  void operator()(const TrialSettled& event) { LogIfFinished(state_.sweeps.at(event.sweep)); }
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
  void LogIfFinished(const Sweep& sweep) {
    if (sweep.cancelled || !sweep.Ended() || !finished_.insert(sweep.id).second) return;
    const TrialCounts counts = sweep.Counts();
    spdlog::info("sweep finished sweep={} succeeded={} stopped={} failed={}", sweep.spec.name,
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

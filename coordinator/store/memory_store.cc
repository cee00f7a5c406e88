#include "coordinator/store/memory_store.h"

namespace pathsweep {

absl::Status MemoryStore::Commit(absl::Span<const Event> events) {
  if (!failure_.ok()) return failure_;
  for (const Event& event : events) {
    if (!IsStored(event)) continue;
    Apply(state_, event);
    if (const auto* settled = std::get_if<TrialSettled>(&event)) Reuse(*settled);
    if (const auto* reported = std::get_if<MeasurementsReported>(&event)) {
      for (const Measurement& one : reported->measurements) {
        measurements_.try_emplace({reported->trial, one.step, one.metric}, one.value);
      }
    }
  }
  return absl::OkStatus();
}

void MemoryStore::Reuse(const TrialSettled& event) {
  std::map<MeasurementKey, double> copies;
  for (const auto& [key, value] : measurements_) {
    const auto& [trial, step, metric] = key;
    if (trial == event.reused_from) copies[{event.trial, step, metric}] = value;
  }
  measurements_.merge(copies);
}

absl::StatusOr<State> MemoryStore::Load(absl::Time now, const LeasePolicy& policy) {
  if (!failure_.ok()) return failure_;
  State loaded = state_;
  loaded.workers.clear();
  loaded.free_workers.clear();
  for (const auto& [trial, live] : loaded.live_trials) {
    if (live.state != TrialState::kRunning) continue;
    loaded.leases.Extend(trial, now + policy.FirstLeaseOf(*loaded.SweepOfTrial(trial)));
  }
  return loaded;
}

}  // namespace pathsweep

// Small sweeps and a state that is driven the way the engine drives it.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/scheduler.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// A grid over lr with `configs` values and `seeds` seeds.
inline SweepSpec SmallSweep(const std::string& name, int configs = 2, int seeds = 1) {
  SweepSpec spec;
  spec.name = name;
  GridAxis& axis = spec.grid.axes.emplace_back();
  axis.name = "lr";
  for (int i = 1; i <= configs; ++i) axis.values.push_back(i * 1e-3);
  spec.grid.seeds.clear();
  for (int i = 1; i <= seeds; ++i) spec.grid.seeds.push_back(i);
  return spec;
}

inline WorkerReport ReportOf(const std::string& worker, std::vector<AttemptReport> attempts = {},
                             int slots = 1) {
  WorkerReport report;
  report.worker.name = worker;
  report.worker.slots = slots;
  report.attempts = std::move(attempts);
  return report;
}

inline AttemptReport Running(TrialId trial, int attempt) {
  return {{trial, attempt}, {}, std::nullopt};
}

inline AttemptReport Ended(TrialId trial, int attempt, Outcome::Kind kind) {
  return {{trial, attempt}, {{10, "exact_match", 0.5}}, Outcome{kind, "because"}};
}

// A coordinator without threads, store or clock: each call is one drain.
class Coordinator {
 public:
  explicit Coordinator(LeasePolicy policy = {}) : policy_(policy) {}

  template <typename Command>
  Events Do(const Command& command) {
    Events all = Take(*Decide(state, ExpireLeases{}, now, policy_));
    absl::StatusOr<Events> events = Decide(state, command, now, policy_);
    status = events.status();
    if (events.ok()) Append(all, Take(*std::move(events)));
    Append(all, Take(ScheduleLeases(state, now, policy_)));
    return all;
  }

  Events Submit(const SweepSpec& spec, const std::string& request = "") {
    return Do(SubmitSweep{request.empty() ? spec.name : request, spec});
  }
  Events Report(const WorkerReport& report) { return Do(ReceiveReport{report}); }

  int64_t Count(const std::string& sweep, TrialState trial_state) const {
    return state.FindSweep(sweep)->Counts()[trial_state];
  }

  State state;
  absl::Time now = absl::FromUnixSeconds(1'000'000);
  absl::Status status;

 private:
  Events Take(Events events) {
    for (const Event& event : events) Apply(state, event);
    return events;
  }
  static void Append(Events& all, Events more) { all.insert(all.end(), more.begin(), more.end()); }

  const LeasePolicy policy_;
};

template <typename Kind>
std::vector<Kind> Only(const Events& events) {
  std::vector<Kind> found;
  for (const Event& event : events) {
    if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
  }
  return found;
}

}  // namespace pathsweep

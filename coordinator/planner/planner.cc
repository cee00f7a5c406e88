#include "coordinator/planner/planner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "coordinator/planner/claim_plan.h"
#include "coordinator/planner/search_plan.h"
#include "coordinator/planner/stop_plan.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kPauseAfterError = absl::Seconds(5);
// After a look at the trials of a sweep, in times of what it took.
constexpr int kPausePerLook = 9;
// That a search adds in one look; the next look is soon.
constexpr int64_t kMostTrialsOfALook = 32;

// Trials that the workers could train at a time, one at least.
int64_t SlotsOf(const State& state) {
  int64_t slots = 0;
  for (const auto& [name, worker] : state.workers) {
    if (worker.connected && !worker.leaving) slots += worker.description.slots;
  }
  return std::max<int64_t>(slots, 1);
}

// Rules may end some trial of it, or a rung keeps some waiting.
bool IsUnderWay(const Sweep& sweep) {
  return sweep.spec.early_stopping && !sweep.cancelled && !sweep.TrialsEnded();
}

// How many trials a search should add, so that no slot waits for its next point.
int64_t TrialsToAdd(const Sweep& sweep, int64_t slots) {
  const TrialCounts counts = sweep.Counts();
  if (sweep.spec.max_parallel > 0) slots = std::min(slots, sweep.spec.max_parallel);
  return std::min(kMostTrialsOfALook,
                  slots - counts[TrialState::kPending] - counts[TrialState::kRunning]);
}

}  // namespace

Planner::Planner(EngineThread& engine, std::string database)
    : engine_(engine), database_(std::move(database)), thread_([this] { Loop(); }) {}

Planner::~Planner() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Planner::Loop() {
  absl::Duration pause = kPause;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
    }
    const absl::Status status = Look();
    pause = status.ok() ? kPause : kPauseAfterError;
    if (!status.ok()) spdlog::error("cannot plan sweeps: {}", std::string(status.message()));
  }
}

bool Planner::IsLater(SweepId sweep) const {
  const auto next = next_steering_.find(sweep);
  return next != next_steering_.end() && absl::Now() < next->second;
}

std::vector<Planner::Due> Planner::DueIn(const State& state) const {
  std::vector<Due> due;
  const int64_t slots = SlotsOf(state);
  for (const auto& [id, sweep] : state.sweeps) {
    const int64_t trials = sweep.Searches() ? TrialsToAdd(sweep, slots) : 0;
    const bool judged = sweep.AwaitsJudgement();
    const bool steered = IsUnderWay(sweep) && !IsLater(id);
    if (trials > 0 || judged || steered) due.push_back({sweep, trials, judged, steered});
  }
  return due;
}

absl::Status Planner::Look() {
  std::vector<Due> due;
  absl::Status asked = engine_.Ask({Inspect{}, [&](const absl::Status& status, const State& state) {
                                      if (status.ok()) due = DueIn(state);
                                    }});
  for (const Due& one : due) {
    try {
      asked.Update(Plan(one));
    } catch (const std::exception& error) {  // of Boost, or memory
      asked.Update(absl::InternalError(absl::StrCat(one.sweep.spec.name, ": ", error.what())));
    }
  }
  return asked;
}

absl::Status Planner::Plan(const Due& due) {
  absl::StatusOr<std::unique_ptr<ResultsReader>> reader = ResultsReader::Open(database_);
  if (!reader.ok()) return reader.status();
  absl::Status done;
  if (due.steered) done.Update(Steer(due.sweep, **reader));
  if (due.trials > 0) {
    done.Update(GoOnSearching(due, ReadFrom(**reader, due.sweep, /*judged=*/false)));
  }
  if (due.judged) {
    done.Update(JudgeOrAddSeeds(due.sweep, ReadFrom(**reader, due.sweep, /*judged=*/true)));
  }
  // It has changed meanwhile, and the next look sees how.
  return absl::IsAborted(done) ? absl::OkStatus() : done;
}

absl::Status Planner::Steer(const Sweep& sweep, ResultsReader& reader) {
  const absl::Time start = absl::Now();
  absl::StatusOr<Steering> steering = PlanStops(
      sweep, [&](const std::string& metric) { return reader.ReadProgress(sweep, metric); });
  if (!steering.ok()) return steering.status();
  absl::Status done;
  if (*steering != Steering()) {
    done = engine_.Ask({SteerTrials{sweep.id, sweep.trials, *std::move(steering)}, nullptr});
  }
  const absl::Time end = absl::Now();
  std::erase_if(next_steering_, [&](const auto& one) { return one.second <= end; });
  next_steering_[sweep.id] = end + kPausePerLook * (end - start);
  return done;
}

absl::Status Planner::Grow(const Sweep& sweep, Extension extension) {
  return engine_.Ask({GrowSweep{sweep.id, sweep.trials, std::move(extension)}, nullptr});
}

absl::Status Planner::GoOnSearching(const Due& due, const ReadValues& read) {
  absl::StatusOr<Extension> extension = PlanSearch(due.sweep, read, due.trials);
  if (!extension.ok()) return extension.status();
  absl::Status done = Grow(due.sweep, *std::move(extension));
  if (!absl::IsResourceExhausted(done)) return done;
  spdlog::warn("no more points for sweep={}: {}", due.sweep.spec.name, std::string(done.message()));
  return Grow(due.sweep, {.axes = {}, .seeds = {}, .ends_search = true});
}

absl::Status Planner::JudgeOrAddSeeds(const Sweep& sweep, const ReadValues& read) {
  const auto plan = PlanClaims(sweep, read);
  if (!plan.ok()) return plan.status();
  std::vector<MoreSeeds> more = plan->more;
  if (sweep.spec.search && !sweep.cancelled) {
    absl::StatusOr<std::vector<MoreSeeds>> fresh = PlanFreshSeeds(sweep, read);
    if (!fresh.ok()) return fresh.status();
    more.insert(more.end(), fresh->begin(), fresh->end());
  }
  if (!more.empty()) {
    absl::Status done = Grow(sweep, {.axes = {}, .seeds = {}, .more_seeds = std::move(more)});
    if (!absl::IsResourceExhausted(done)) return done;
    spdlog::warn("no more seeds for sweep={}: {}", sweep.spec.name, std::string(done.message()));
  }
  return engine_.Ask(
      {JudgeSweep{sweep.id, sweep.trials, sweep.Results(), plan->verdicts}, nullptr});
}

}  // namespace pathsweep

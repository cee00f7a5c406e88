#include "coordinator/planner/planner.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/planner/claim_plan.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kPauseAfterError = absl::Seconds(5);

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
    absl::Status status;
    try {
      status = Look();
    } catch (const std::exception& error) {  // of Boost, or memory
      status = absl::InternalError(error.what());
    }
    pause = status.ok() ? kPause : kPauseAfterError;
    if (!status.ok()) spdlog::error("cannot judge claims: {}", std::string(status.message()));
  }
}

absl::Status Planner::Look() {
  std::vector<Sweep> due;
  absl::Status asked = engine_.Ask({Inspect{}, [&](const absl::Status& status, const State& state) {
                                      if (!status.ok()) return;
                                      for (const auto& [id, sweep] : state.sweeps) {
                                        if (sweep.AwaitsJudgement()) due.push_back(sweep);
                                      }
                                    }});
  for (const Sweep& sweep : due) asked.Update(Plan(sweep));
  return asked;
}

absl::Status Planner::Plan(const Sweep& sweep) {
  absl::StatusOr<std::unique_ptr<ResultsReader>> reader = ResultsReader::Open(database_);
  if (!reader.ok()) return reader.status();
  const auto plan = PlanClaims(
      sweep, [&](const std::string& metric) { return (*reader)->FinalValues(sweep, metric); });
  if (!plan.ok()) return plan.status();
  absl::Status done = absl::ResourceExhaustedError("");
  if (!plan->more.empty()) {
    done = engine_.Ask({GrowSweep{sweep.id, sweep.trials, plan->more}, nullptr});
    if (absl::IsResourceExhausted(done)) {
      spdlog::warn("no more seeds for sweep={}: {}", sweep.spec.name, std::string(done.message()));
    }
  }
  if (absl::IsResourceExhausted(done)) {
    done =
        engine_.Ask({JudgeSweep{sweep.id, sweep.trials, sweep.Results(), plan->verdicts}, nullptr});
  }
  // It has changed meanwhile, and the next look sees how.
  return absl::IsAborted(done) ? absl::OkStatus() : done;
}

}  // namespace pathsweep

#include "coordinator/engine/engine_thread.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "absl/synchronization/notification.h"

namespace pathsweep {
namespace {

// Waking up this late is no delay of a busy machine.
constexpr absl::Duration kOversleeping = absl::Seconds(1);

}  // namespace

EngineThread::EngineThread(Store& store, const Clock& clock, const LeasePolicy& policy)
    : clock_(clock), engine_(store, policy), thread_([this] { Loop(); }) {}

EngineThread::~EngineThread() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void EngineThread::Post(Request request) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back(std::move(request));
}

absl::Status EngineThread::Ask(Request request) {
  absl::Status answer;
  absl::Notification answered;
  Post({std::move(request.command),
        [&, done = std::move(request.done)](const absl::Status& status, const State& state) {
          if (done) done(status, state);
          answer = status;
          answered.Notify();
        }});
  answered.WaitForNotification();
  return answer;
}

absl::Status EngineThread::health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
}

void EngineThread::NoteHealth() {
  absl::MutexLock lock(&mutex_);
  if (engine_.health() == health_) return;
  health_ = engine_.health();
  if (health_.ok()) {
    spdlog::info("results are stored again");
  } else {
    spdlog::error("results cannot be stored: {}", std::string(health_.message()));
  }
}

void EngineThread::Loop() {
  while (true) {
    const absl::Time deadline = engine_.NextDeadline();
    std::vector<Request> drain;
    bool last;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithDeadline(absl::Condition(this, &EngineThread::HasWork), deadline);
      drain.swap(queue_);
      last = stopping_;
    }
    const absl::Time now = clock_.Now();
    if (now > deadline + kOversleeping) {
      spdlog::warn("the coordinator stood still for {}; workers get time to report",
                   absl::FormatDuration(now - deadline));
      engine_.Overslept(now);
    }
    engine_.Process(std::move(drain), now);
    NoteHealth();
    if (last) return;
  }
}

}  // namespace pathsweep

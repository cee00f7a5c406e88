#include "coordinator/engine/engine_thread.h"

#include <utility>

#include "absl/synchronization/notification.h"

namespace pathsweep {

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

void EngineThread::Loop() {
  while (true) {
    std::vector<Request> drain;
    bool last;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithDeadline(absl::Condition(this, &EngineThread::HasWork),
                               engine_.NextDeadline());
      drain.swap(queue_);
      last = stopping_;
    }
    engine_.Process(std::move(drain), clock_.Now());
    if (last) return;
  }
}

}  // namespace pathsweep

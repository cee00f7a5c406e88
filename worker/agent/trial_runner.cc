#include "worker/agent/trial_runner.h"

#include <string>
#include <utility>

namespace pathsweep {
namespace {

class SessionObserver : public TrialObserver {
 public:
  SessionObserver(Session& session, AttemptKey attempt) : session_(session), attempt_(attempt) {}

  void OnStep(int64_t step) override { session_.Advanced(attempt_, step); }
  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    session_.Measured(attempt_, step, metrics);
  }
  bool ShouldStop() override { return session_.ShouldStop(attempt_); }

 private:
  Session& session_;
  const AttemptKey attempt_;
};

}  // namespace

TrialRunner::TrialRunner(Session& session, TrainFunction train, int slots)
    : session_(session), train_(std::move(train)) {
  for (int i = 0; i < slots; ++i) threads_.emplace_back([this] { Loop(); });
}

TrialRunner::~TrialRunner() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void TrialRunner::Start(Assignment assignment) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back(std::move(assignment));
}

void TrialRunner::Loop() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &TrialRunner::HasWork));
    if (ending_) {
      mutex_.Unlock();
      return;
    }
    const Assignment assignment = std::move(queue_.front());
    queue_.pop_front();
    mutex_.Unlock();
    Run(assignment);
  }
}

void TrialRunner::Run(const Assignment& assignment) {
  if (!assignment.parameters.ok()) {
    session_.Ended(assignment.attempt, {TrialOutcome::Kind::kCrashed,
                                        std::string(assignment.parameters.status().message())});
    return;
  }
  SessionObserver observer(session_, assignment.attempt);
  session_.Ended(assignment.attempt, train_(*assignment.parameters, assignment.seed, observer));
}

}  // namespace pathsweep

#include "worker/agent/trial_runner.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"

namespace pathsweep {
namespace {

class SessionObserver : public TrialObserver {
 public:
  SessionObserver(Session& session, CheckpointCourier& checkpoints, const Assignment& assignment)
      : session_(session),
        checkpoints_(checkpoints),
        attempt_(assignment.attempt),
        interval_(assignment.checkpoint_interval) {}

  void OnStep(int64_t step) override { session_.Advanced(attempt_, step); }
  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    session_.Measured(attempt_, step, metrics);
  }
  bool ShouldStop() override { return session_.ShouldStop(attempt_); }
  bool WantsCheckpoint() override {
    return interval_ > absl::ZeroDuration() && absl::Now() - last_checkpoint_ >= interval_;
  }
  void OnCheckpoint(int64_t step, const std::string& checkpoint) override {
    last_checkpoint_ = absl::Now();
    checkpoints_.Send(attempt_, step, checkpoint);
  }

 private:
  Session& session_;
  CheckpointCourier& checkpoints_;
  const AttemptKey attempt_;
  const absl::Duration interval_;
  absl::Time last_checkpoint_ = absl::Now();
};

}  // namespace

TrialRunner::TrialRunner(Session& session, CheckpointCourier& checkpoints, TrainFunction train,
                         int slots)
    : session_(session), checkpoints_(checkpoints), train_(std::move(train)) {
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
  // The first attempt has nothing to go on from.
  const bool again =
      assignment.attempt.second > 1 && assignment.checkpoint_interval > absl::ZeroDuration();
  const std::string checkpoint = again ? checkpoints_.Fetch(assignment.attempt.first) : "";
  SessionObserver observer(session_, checkpoints_, assignment);
  session_.Ended(assignment.attempt,
                 train_(*assignment.parameters, assignment.seed, checkpoint, observer));
}

}  // namespace pathsweep

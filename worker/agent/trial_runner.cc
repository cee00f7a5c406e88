#include "worker/agent/trial_runner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/trial_shape.h"

namespace pathsweep {

class TrialRunner::Observer : public TrialObserver {
 public:
  // `step` is that after which its checkpoint goes on.
  Observer(TrialRunner& runner, const Assignment& assignment, int64_t step)
      : runner_(runner),
        attempt_(assignment.attempt),
        interval_(assignment.checkpoint_interval),
        keep_(assignment.keep_checkpoint),
        pause_at_(assignment.pause_at_step),
        step_(step) {}

  void OnStep(int64_t step) override {
    step_ = step;
    runner_.session_.Advanced(attempt_, step);
  }
  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    runner_.session_.Measured(attempt_, step, metrics);
  }
  bool ShouldStop() override { return Pauses() || runner_.session_.ShouldStop(attempt_); }
  bool WantsCheckpoint(const CheckpointMoment& moment) override {
    to_keep_ = (keep_ == KeepCheckpoint::kLast && moment.last) ||
               (keep_ == KeepCheckpoint::kBest && moment.best);
    const bool due =
        interval_ > absl::ZeroDuration() && absl::Now() - last_checkpoint_ >= interval_;
    to_go_on_ = !moment.last && (due || Pauses());
    return to_keep_ || to_go_on_;
  }
  void OnCheckpoint(int64_t step, const std::string& checkpoint) override {
    if (to_keep_) runner_.checkpoints_.Send({attempt_, /*kept=*/true}, step, checkpoint);
    if (!to_go_on_) return;
    last_checkpoint_ = absl::Now();
    runner_.checkpoints_.Send({attempt_, /*kept=*/false}, step, checkpoint);
  }
  void OnEnd(const TrialOutcome& outcome) override {
    TrialOutcome told = outcome;
    if (told.kind == TrialOutcome::Kind::kInterrupted && Pauses() &&
        !runner_.session_.ShouldStop(attempt_)) {
      told.kind = TrialOutcome::Kind::kPaused;
    }
    runner_.Ended(attempt_, told);
  }

 private:
  bool Pauses() const { return pause_at_ > 0 && step_ >= pause_at_; }

  TrialRunner& runner_;
  const AttemptKey attempt_;
  const absl::Duration interval_;
  const KeepCheckpoint keep_;
  const int64_t pause_at_;
  int64_t step_;
  absl::Time last_checkpoint_ = absl::Now();
  bool to_keep_ = false;
  bool to_go_on_ = false;
};

class TrialRunner::Source : public TrialSource {
 public:
  Source(TrialRunner& runner, Group& group) : runner_(runner), group_(group) {}
  std::vector<TrialTask> Take(int training, int room, std::optional<int> fits) override {
    return runner_.TakeFor(group_, training, room, fits);
  }

 private:
  TrialRunner& runner_;
  Group& group_;
};

TrialRunner::TrialRunner(Session& session, CheckpointCourier& checkpoints, Trainer trainer,
                         const Capacity& capacity,
                         std::function<void(const absl::Status&)> on_failure)
    : session_(session),
      checkpoints_(checkpoints),
      trainer_(std::move(trainer)),
      capacity_(capacity),
      on_failure_(std::move(on_failure)) {
  threads_.emplace_back([this] { Prepare(); });
  // Memory is measured of the whole device, so then one group trains at a time.
  const int groups = capacity.measured ? 1 : capacity.trials;
  for (int i = 0; i < groups; ++i) threads_.emplace_back([this] { Train(); });
}

TrialRunner::~TrialRunner() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  checkpoints_.End();  // what is being fetched is needed no more
  for (std::thread& thread : threads_) thread.join();
}

void TrialRunner::Start(Assignment assignment) {
  if (!assignment.parameters.ok()) {
    session_.Ended(assignment.attempt, {TrialOutcome::Kind::kCrashed,
                                        std::string(assignment.parameters.status().message())});
    return;
  }
  // The first attempt has nothing to go on from.
  const bool again =
      assignment.attempt.second > 1 && assignment.checkpoint_interval > absl::ZeroDuration();
  if (!again) return MakeReady(assignment, {});
  absl::MutexLock lock(&mutex_);
  arrived_.push_back(std::move(assignment));
}

void TrialRunner::Prepare() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &TrialRunner::HasArrivals));
    if (ending_) {
      mutex_.Unlock();
      return;
    }
    const Assignment assignment = std::move(arrived_.front());
    arrived_.pop_front();
    mutex_.Unlock();
    MakeReady(assignment, FetchBeginning(assignment));
  }
}

void TrialRunner::MakeReady(const Assignment& assignment, Beginning beginning) {
  Ready ready{assignment.attempt,
              ShapeKey(*assignment.parameters),
              {*assignment.parameters, assignment.seed, std::move(beginning.with),
               std::make_shared<Observer>(*this, assignment, beginning.step)}};
  absl::MutexLock lock(&mutex_);
  ready_.push_back(std::move(ready));
}

TrialRunner::Beginning TrialRunner::FetchBeginning(const Assignment& assignment) {
  const int64_t trial = assignment.attempt.first;
  std::string checkpoint = checkpoints_.Fetch(trial);
  if (checkpoint.empty()) return {};
  const absl::StatusOr<int64_t> step =
      trainer_.check_checkpoint(checkpoint, *assignment.parameters, assignment.seed);
  if (!step.ok()) {
    spdlog::warn("trial {} begins anew: {}", trial, std::string(step.status().message()));
    return {};
  }
  spdlog::info("trial {} goes on after step {}", trial, *step);
  return {{{}, std::move(checkpoint)}, *step};
}

void TrialRunner::Train() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &TrialRunner::HasUnclaimed));
    if (ending_) {
      mutex_.Unlock();
      return;
    }
    groups_.push_back({FindUnclaimed()->shape, {}, static_cast<size_t>(capacity_.fuse)});
    const auto group = std::prev(groups_.end());
    mutex_.Unlock();
    Source source(*this, *group);
    const absl::Status status = trainer_.train(source);
    if (!status.ok()) {
      EndAll({TrialOutcome::Kind::kCrashed, std::string(status.message())});
      on_failure_(status);
    }
    absl::MutexLock lock(&mutex_);
    const int crowded_out = group->crowded_out;
    groups_.erase(group);
    // Another shape may need less, or more.
    capacity_.measured ? SaySlots(1) : session_.AddSlots(crowded_out);
  }
}

std::vector<TrialTask> TrialRunner::TakeFor(Group& group, int training, int room,
                                            std::optional<int> fits) {
  absl::MutexLock lock(&mutex_);
  if (capacity_.measured) room = std::min(room, training == 0 ? 1 : fits.value_or(0));
  group.limit = std::min(static_cast<size_t>(capacity_.fuse),
                         group.attempts.size() + static_cast<size_t>(room));
  std::vector<TrialTask> taken;
  std::optional<double> energy;
  for (auto ready = ready_.begin(); ready != ready_.end() && HasPlace(group);) {
    if (ready->shape != group.shape) {
      ++ready;
      continue;
    }
    group.attempts.insert(ready->attempt);
    if (taken.empty()) energy = Energy();
    if (energy) energy_.Start(ready->attempt, *energy);
    taken.push_back(std::move(ready->task));
    ready = ready_.erase(ready);
  }
  if (!taken.empty() && group.attempts.size() > 1) {
    spdlog::info("{} trials of one shape train together", group.attempts.size());
  }
  if (capacity_.measured && fits) SaySlots(static_cast<int>(group.limit - group.attempts.size()));
  return taken;
}

void TrialRunner::EndAll(TrialOutcome outcome) {
  session_.TakeNoMore();  // else what is given back would come back
  absl::MutexLock lock(&mutex_);
  const std::optional<double> energy = Energy();
  for (const Group& group : groups_) {
    for (const AttemptKey& attempt : group.attempts) {
      if (energy) outcome.energy_joules = energy_.End(attempt, *energy);
      session_.Ended(attempt, outcome);
    }
  }
}

void TrialRunner::SaySlots(int more) {
  size_t trials = static_cast<size_t>(more);
  for (const Group& group : groups_) trials += group.attempts.size();
  session_.SetSlots(std::clamp(static_cast<int>(trials), 1, capacity_.trials));
}

std::optional<double> TrialRunner::Energy() const {
  return trainer_.read_device ? trainer_.read_device().energy_joules : std::nullopt;
}

void TrialRunner::Ended(AttemptKey attempt, TrialOutcome outcome) {
  using Kind = TrialOutcome::Kind;
  absl::MutexLock lock(&mutex_);
  if (const auto energy = Energy()) {
    outcome.energy_joules = energy_.End(attempt, *energy);
  } else {
    energy_.Drop(attempt);
  }
  const auto group = std::ranges::find_if(
      groups_, [&](const Group& one) { return one.attempts.contains(attempt); });
  group->attempts.erase(attempt);
  // Alone in its group, but not on the device.
  const bool beside_others =
      outcome.out_of_memory &&
      std::ranges::any_of(groups_, [](const Group& one) { return !one.attempts.empty(); });
  if (outcome.kind != Kind::kCrowdedOut && !beside_others) {
    session_.Ended(attempt, outcome, /*held=*/true);
    const bool goes_on = outcome.kind == Kind::kPaused;
    if (!checkpoints_.WillRelease(attempt, goes_on)) session_.Release(attempt);
    return;
  }
  spdlog::warn("trial {} is handed back, and for a while this worker has one slot less: {}",
               attempt.first, outcome.detail);
  // Before it is handed back, or the coordinator would give it back at once.
  group->crowded_out += session_.GiveUpSlot() ? 1 : 0;
  outcome.kind = Kind::kCrowdedOut;
  session_.Ended(attempt, outcome);
}

std::deque<TrialRunner::Ready>::iterator TrialRunner::FindUnclaimed() {
  return std::find_if(ready_.begin(), ready_.end(),
                      [this](const Ready& ready)
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !IsClaimed(ready); });
}

// A group that has no trial yet, or whose last one has ended, is about to take one or to be gone.
bool TrialRunner::IsClaimed(const Ready& ready) const {
  return std::ranges::any_of(
      groups_, [&](const Group& group) { return group.shape == ready.shape && HasPlace(group); });
}

}  // namespace pathsweep

#include "worker/train/company.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"

namespace pathsweep {
namespace {

using Kind = TrialOutcome::Kind;

double ValueOf(const std::vector<MetricValue>& metrics, absl::string_view name) {
  const auto found = std::ranges::find(metrics, name, &MetricValue::name);
  return found == metrics.end() ? 0 : found->value;
}

// And is to end there.
bool IsSolved(const TrialParameters& parameters, const std::vector<MetricValue>& metrics) {
  return parameters.stop_when == "solved" && ValueOf(metrics, kExactMatch) >= parameters.solved_at;
}

// Is not freed, but not forgotten either.
void LeaveForEver(std::unique_ptr<FusedTrials> trials) {
  static std::mutex mutex;
  static auto& all = *new std::vector<std::unique_ptr<FusedTrials>>;
  const std::lock_guard lock(mutex);
  all.push_back(std::move(trials));
}

TrialOutcome OutcomeOf(const Failure& failure, bool alone) {
  if (alone) return {Kind::kCrashed, failure.message, failure.out_of_memory};
  return {Kind::kCrowdedOut, failure.message};
}

}  // namespace

template <typename Decide>
void Company::EndWhere(Decide decide) {
  std::vector<std::optional<TrialOutcome>> outcomes;
  for (size_t k = 0; k < tasks_.size(); ++k) outcomes.push_back(decide(k));
  if (lost_) return;                          // nothing on it can be freed
  for (size_t k = tasks_.size(); k-- > 0;) {  // the places of those before it stay
    if (outcomes[k]) End(k, *outcomes[k]);
  }
  if (tasks_.empty()) Clear();  // what comes next may be of another shape
}

std::optional<int> Company::Fits() const {
  if (!fits_) return std::nullopt;
  return std::max(*fits_ - size(), 0);
}

bool Company::IsLost(const Failure& failure) {
  if (failure.out_of_memory || DeviceAnswers(device_)) return false;
  lost_ = Failure{absl::StrCat("the device ", device_, " has failed: ", failure.message), false};
  return true;
}

void Company::Join(TrialTask task) {
  const auto failure = Try([&] {
    if (!probe_) probe_.emplace(torch::Device(device_));
    probe_->Restart();
    trials_->Add(task.parameters, task.seed, task.start);
  });
  if (failure && IsLost(*failure)) {
    tasks_.push_back(std::move(task));
    return;
  }
  measured_ = false;
  if (failure) return task.observer->OnEnd(OutcomeOf(*failure, /*alone=*/tasks_.empty()));
  task.start = {};
  tasks_.push_back(std::move(task));
  EndWhere([&](size_t k) { return k + 1 == tasks_.size() ? Begin(k) : std::nullopt; });
}

void Company::EndTheStopped() {
  EndWhere([&](size_t k) -> std::optional<TrialOutcome> {
    if (!tasks_[k].observer->ShouldStop()) return std::nullopt;
    return TrialOutcome{Kind::kInterrupted,
                        absl::StrCat("interrupted before step ", trials_->steps(k) + 1)};
  });
}

void Company::TakeStep() {
  if (tasks_.empty()) return;
  std::vector<double> losses;
  if (const auto failure = Try([&] { losses = trials_->Step(); })) return Part(*failure);
  most_ = std::max(most_, size());
  if (!measured_) Measure();
  EndWhere([&](size_t k) {
    std::optional<TrialOutcome> outcome;
    const auto failure = Try([&] { outcome = AfterStep(k, losses[k]); });
    return failure ? OutcomeUnlessLost(*failure) : outcome;
  });
}

void Company::Abandon(const std::vector<TrialTask>& joining) {
  LeaveForEver(std::move(trials_));
  Crash(*lost_, joining);
}

void Company::Crash(const Failure& failure, const std::vector<TrialTask>& joining) {
  const std::vector<TrialTask> joined = std::exchange(tasks_, {});
  Clear();
  for (const std::vector<TrialTask>& tasks : {joined, joining}) {
    for (const TrialTask& task : tasks) {
      if (task.observer) task.observer->OnEnd(OutcomeOf(failure, /*alone=*/true));
    }
  }
}

void Company::Clear() {
  trials_ = std::make_unique<FusedTrials>(device_);
  most_ = 0;
  limit_ = std::numeric_limits<int>::max();
  probe_.reset();
  fits_.reset();
}

void Company::Measure() {
  fits_ = size() + RoomFor(size(), probe_->Peak(), probe_->Free());
  measured_ = true;
}

std::optional<TrialOutcome> Company::OutcomeUnlessLost(const Failure& failure) {
  if (IsLost(failure)) return std::nullopt;
  return OutcomeOf(failure, size() == 1);
}

std::optional<TrialOutcome> Company::Begin(size_t k) {
  if (trials_->steps(k) > 0) return std::nullopt;
  const auto failure = Try([&] { Evaluate(k); });
  return failure ? OutcomeUnlessLost(*failure) : std::nullopt;
}

std::optional<TrialOutcome> Company::AfterStep(size_t k, double loss) {
  TrialObserver& observer = *tasks_[k].observer;
  CheckpointMoment moment{};
  const std::optional<TrialOutcome> outcome = Judge(k, loss, moment.best);
  moment.last = outcome.has_value();
  if (observer.WantsCheckpoint(moment)) {
    observer.OnCheckpoint(trials_->steps(k), trials_->Checkpoint(k));
  }
  return outcome;
}

std::optional<TrialOutcome> Company::Judge(size_t k, double loss, bool& best) {
  const TrialParameters& parameters = tasks_[k].parameters;
  const int64_t step = trials_->steps(k);
  const auto evaluate = [&] {
    std::vector<MetricValue> metrics = Evaluate(k);
    best = trials_->NoteBest(k, ValueOf(metrics, kExactMatch));
    return metrics;
  };
  if (!std::isfinite(loss)) {
    evaluate();
    return TrialOutcome{Kind::kDiverged,
                        absl::StrCat("loss or gradient not finite at step ", step)};
  }
  tasks_[k].observer->OnStep(step);
  const bool last = step >= parameters.steps;
  if ((step % parameters.eval_every == 0 || last) && IsSolved(parameters, evaluate())) {
    return TrialOutcome{Kind::kSolved, absl::StrCat("solved at step ", step)};
  }
  return last ? std::optional(TrialOutcome{Kind::kCompleted, ""}) : std::nullopt;
}

std::vector<MetricValue> Company::Evaluate(size_t k) {
  std::vector<MetricValue> metrics = trials_->Evaluate(k);
  tasks_[k].observer->OnEvaluation(trials_->steps(k), metrics);
  return metrics;
}

void Company::Part(const Failure& failure) {
  if (IsLost(failure)) return;
  const bool alone = size() == 1;
  if (!alone) limit_ = most_ > 0 && most_ < size() ? most_ : size() / 2;
  const auto stay = static_cast<size_t>(alone ? 0 : limit_);
  EndWhere(
      [&](size_t k) { return k < stay ? std::nullopt : std::optional(OutcomeOf(failure, alone)); });
}

void Company::End(size_t k, TrialOutcome outcome) {
  outcome.metrics_hash = trials_->metrics_hash(k);
  outcome.fused = trials_->fused(k);
  outcome.execution = trials_->execution();
  const std::shared_ptr<TrialObserver> observer = std::move(tasks_[k].observer);
  tasks_.erase(tasks_.begin() + static_cast<int64_t>(k));
  observer->OnEnd(outcome);
  trials_->Remove(k);
}

}  // namespace pathsweep

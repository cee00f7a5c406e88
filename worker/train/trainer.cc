#include "worker/train/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "worker/train/checkpoint.h"
#include "worker/train/fused_trials.h"
#include "worker/train/memory_probe.h"

namespace pathsweep {
namespace {

using Kind = TrialOutcome::Kind;

struct Failure {
  std::string message;
  bool out_of_memory;
};

// CUDA, its libraries and LibTorch's memory on the CPU have errors of their own for it.
bool SaysOutOfMemory(absl::string_view message) {
  return absl::StrContains(message, "out of memory") ||
         absl::StrContains(message, "can't allocate memory") ||
         absl::StrContains(message, "CUBLAS_STATUS_ALLOC_FAILED") ||
         absl::StrContains(message, "CUBLAS_STATUS_NOT_INITIALIZED");
}

// What went wrong, if something did.
template <typename Work>
std::optional<Failure> Try(Work work) {
  try {
    work();
  } catch (const c10::OutOfMemoryError& error) {
    return Failure{error.what_without_backtrace(), true};
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    return Failure{message, SaysOutOfMemory(message)};
  } catch (const std::bad_alloc& error) {
    return Failure{error.what(), true};
  } catch (const std::exception& error) {
    return Failure{error.what(), false};
  }
  return std::nullopt;
}

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

// Trials that train together, and those that watch them.
class Company {
 public:
  explicit Company(const std::string& device) : device_(device) { Clear(); }

  int size() const { return static_cast<int>(tasks_.size()); }
  int Room() const { return limit_ - size(); }
  // For so many more there is memory, if it has been measured.
  std::optional<int> Fits() const {
    if (!fits_) return std::nullopt;
    return std::max(*fits_ - size(), 0);
  }
  // What became of the device, if it computes no more.
  const std::optional<Failure>& lost() const { return lost_; }
  // Whether the failure is the device's.
  bool IsLost(const Failure& failure) {
    if (failure.out_of_memory || DeviceAnswers(device_)) return false;
    lost_ = Failure{absl::StrCat("the device ", device_, " has failed: ", failure.message), false};
    return true;
  }

  // A trial that cannot begin ends.
  void Join(TrialTask task) {
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

  void EndTheStopped() {
    EndWhere([&](size_t k) -> std::optional<TrialOutcome> {
      if (!tasks_[k].observer->ShouldStop()) return std::nullopt;
      return TrialOutcome{Kind::kInterrupted,
                          absl::StrCat("interrupted before step ", trials_->steps(k) + 1)};
    });
  }

  void TakeStep() {
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

  // After the failure of the device: all crash, and what lies on it stays, for it cannot be freed.
  void Abandon(const std::vector<TrialTask>& joining) {
    LeaveForEver(std::move(trials_));
    Crash(*lost_, joining);
  }

  // All of them, and those that have not joined yet.
  void Crash(const Failure& failure, const std::vector<TrialTask>& joining) {
    const std::vector<TrialTask> joined = std::exchange(tasks_, {});
    Clear();
    for (const std::vector<TrialTask>& tasks : {joined, joining}) {
      for (const TrialTask& task : tasks) {
        if (task.observer) task.observer->OnEnd(OutcomeOf(failure, /*alone=*/true));
      }
    }
  }

 private:
  void Clear() {
    trials_ = std::make_unique<FusedTrials>(device_);
    most_ = 0;
    limit_ = std::numeric_limits<int>::max();
    probe_.reset();
    fits_.reset();
  }

  // What those that train take decides for how many more there is room.
  void Measure() {
    fits_ = size() + RoomFor(size(), probe_->Peak(), probe_->Free());
    measured_ = true;
  }

  static TrialOutcome OutcomeOf(const Failure& failure, bool alone) {
    if (alone) return {Kind::kCrashed, failure.message, failure.out_of_memory};
    return {Kind::kCrowdedOut, failure.message};
  }

  // Of a trial that failed by itself, if it was not the device.
  std::optional<TrialOutcome> OutcomeUnlessLost(const Failure& failure) {
    if (IsLost(failure)) return std::nullopt;
    return OutcomeOf(failure, size() == 1);
  }

  std::optional<TrialOutcome> Begin(size_t k) {
    if (trials_->steps(k) > 0) return std::nullopt;
    const auto failure = Try([&] { Evaluate(k); });
    return failure ? OutcomeUnlessLost(*failure) : std::nullopt;
  }

  std::optional<TrialOutcome> AfterStep(size_t k, double loss) {
    TrialObserver& observer = *tasks_[k].observer;
    CheckpointMoment moment{};
    const std::optional<TrialOutcome> outcome = Judge(k, loss, moment.best);
    moment.last = outcome.has_value();
    if (observer.WantsCheckpoint(moment)) {
      observer.OnCheckpoint(trials_->steps(k), trials_->Checkpoint(k));
    }
    return outcome;
  }

  // Evaluates the trial if it is time, and says how it ended if it has.
  std::optional<TrialOutcome> Judge(size_t k, double loss, bool& best) {
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

  std::vector<MetricValue> Evaluate(size_t k) {
    std::vector<MetricValue> metrics = trials_->Evaluate(k);
    tasks_[k].observer->OnEvaluation(trials_->steps(k), metrics);
    return metrics;
  }

  // A step has failed, and nobody knows whose.
  void Part(const Failure& failure) {
    if (IsLost(failure)) return;
    const bool alone = size() == 1;
    if (!alone) limit_ = most_ > 0 && most_ < size() ? most_ : size() / 2;
    const auto stay = static_cast<size_t>(alone ? 0 : limit_);
    EndWhere([&](size_t k) {
      return k < stay ? std::nullopt : std::optional(OutcomeOf(failure, alone));
    });
  }

  // Ends each trial for which there is an outcome.
  template <typename Decide>
  void EndWhere(Decide decide) {
    std::vector<std::optional<TrialOutcome>> outcomes;
    for (size_t k = 0; k < tasks_.size(); ++k) outcomes.push_back(decide(k));
    if (lost_) return;                          // nothing on it can be freed
    for (size_t k = tasks_.size(); k-- > 0;) {  // the places of those before it stay
      if (outcomes[k]) End(k, *outcomes[k]);
    }
    if (tasks_.empty()) Clear();  // what comes next may be of another shape
  }

  void End(size_t k, TrialOutcome outcome) {
    outcome.metrics_hash = trials_->metrics_hash(k);
    outcome.fused = trials_->fused(k);
    outcome.execution = trials_->execution();
    const std::shared_ptr<TrialObserver> observer = std::move(tasks_[k].observer);
    tasks_.erase(tasks_.begin() + static_cast<int64_t>(k));
    observer->OnEnd(outcome);
    trials_->Remove(k);
  }

  const std::string device_;
  std::unique_ptr<FusedTrials> trials_;
  std::vector<TrialTask> tasks_;  // of the same order
  std::optional<MemoryProbe> probe_;
  bool measured_ = false;    // with all that train
  std::optional<int> fits_;  // trials, by the memory that they take
  std::optional<Failure> lost_;
  int most_ = 0;   // that have taken a step together
  int limit_ = 0;  // that may
};

// Gives one trial once.
class OneTrial : public TrialSource {
 public:
  explicit OneTrial(TrialTask task) : task_(std::move(task)) {}
  std::vector<TrialTask> Take(int, int, std::optional<int>) override {
    if (!task_) return {};
    return {*std::exchange(task_, std::nullopt)};
  }

 private:
  std::optional<TrialTask> task_;
};

// Passes all on to an observer of the caller's, and keeps the outcome.
class OutcomeKeeper : public TrialObserver {
 public:
  explicit OutcomeKeeper(TrialObserver& observer) : observer_(observer) {}

  void OnStep(int64_t step) override { observer_.OnStep(step); }
  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    observer_.OnEvaluation(step, metrics);
  }
  bool ShouldStop() override { return observer_.ShouldStop(); }
  bool WantsCheckpoint(const CheckpointMoment& moment) override {
    return observer_.WantsCheckpoint(moment);
  }
  void OnCheckpoint(int64_t step, const std::string& checkpoint) override {
    observer_.OnCheckpoint(step, checkpoint);
  }
  void OnEnd(const TrialOutcome& outcome) override {
    outcome_ = outcome;
    observer_.OnEnd(outcome);
  }

  const TrialOutcome& outcome() const { return outcome_; }

 private:
  TrialObserver& observer_;
  TrialOutcome outcome_{};
};

}  // namespace

absl::Status TrainTrials(const std::string& device, TrialSource& source) {
  at::globalContext().setFlushDenormal(true);  // of this thread; denormals are slow
  Company company(device);
  while (true) {
    bool over = false;
    std::vector<TrialTask> joining;
    const auto failure = Try([&] {
      joining = source.Take(company.size(), company.Room(), company.Fits());
      over = joining.empty() && company.size() == 0;
      for (TrialTask& task : joining) company.Join(std::move(task));
      if (company.lost()) return;
      company.EndTheStopped();
      company.TakeStep();
    });
    if (company.lost() || (failure && company.IsLost(*failure))) {
      company.Abandon(joining);
      return absl::UnavailableError(company.lost()->message);
    }
    if (failure) company.Crash(*failure, joining);
    if (over) return absl::OkStatus();
  }
}

TrialOutcome TrainTrial(const TrialParameters& parameters, uint64_t seed, const std::string& device,
                        TrialObserver& observer, const TrialStart& start) {
  const auto keeper = std::make_shared<OutcomeKeeper>(observer);
  OneTrial source({parameters, seed, start, keeper});
  static_cast<void>(TrainTrials(device, source));  // the outcome says it too
  return keeper->outcome();
}

absl::StatusOr<int64_t> CheckCheckpoint(const std::string& checkpoint,
                                        const TrialParameters& parameters, uint64_t seed) {
  try {
    const TrainingState state = FromBytes(checkpoint);
    const std::vector<int64_t> shape = {
        1, Model(ModelShapeOf(parameters), torch::kCPU).layout().size()};
    const auto fits = [&](const torch::Tensor& one) {
      return one.sizes() == shape && one.scalar_type() == torch::kFloat;
    };
    const NamedTrial trial = ReadTrialText(state.trial);
    if (trial.parameters == parameters && trial.seed == seed && fits(state.weights) &&
        fits(state.first_moment) && fits(state.second_moment) && state.step > 0 &&
        state.step <= parameters.steps) {
      return state.step;
    }
    return absl::InvalidArgumentError("the checkpoint belongs to another trial");
  } catch (const std::exception& error) {  // c10::Error is one
    return absl::InvalidArgumentError(absl::StrCat("the checkpoint is damaged: ",
                                                   absl::string_view(error.what()).substr(0, 200)));
  }
}

}  // namespace pathsweep

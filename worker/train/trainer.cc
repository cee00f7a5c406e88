#include "worker/train/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "worker/train/checkpoint.h"
#include "worker/train/fused_trials.h"

namespace pathsweep {
namespace {

using Kind = TrialOutcome::Kind;

std::string MessageOf(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  return of_torch == nullptr ? error.what() : of_torch->what_without_backtrace();
}

// The error's message, if there was one.
template <typename Work>
std::optional<std::string> Try(Work work) {
  try {
    work();
  } catch (const std::exception& error) {  // c10::Error is one
    return MessageOf(error);
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

// Trials that train together, and those that watch them.
class Company {
 public:
  explicit Company(const std::string& device) : trials_(device) {}

  int size() const { return static_cast<int>(tasks_.size()); }

  // A trial that cannot begin ends.
  void Join(TrialTask task) {
    try {
      trials_.Add(task.parameters, task.seed, task.start);
    } catch (const std::exception& error) {
      task.observer->OnEnd({Kind::kCrashed, MessageOf(error)});
      return;
    }
    task.start = {};
    tasks_.push_back(std::move(task));
    const size_t k = tasks_.size() - 1;
    if (trials_.steps(k) > 0) return;
    if (const auto error = Try([&] { Evaluate(k); })) End(k, {Kind::kCrashed, *error});
  }

  void EndTheStopped() {
    EndWhere([&](size_t k) -> std::optional<TrialOutcome> {
      if (!tasks_[k].observer->ShouldStop()) return std::nullopt;
      return TrialOutcome{Kind::kInterrupted,
                          absl::StrCat("interrupted before step ", trials_.steps(k) + 1)};
    });
  }

  void TakeStep() {
    if (tasks_.empty()) return;
    std::vector<double> losses;
    if (const auto error = Try([&] { losses = trials_.Step(); })) return Part(*error);
    EndWhere([&](size_t k) {
      std::optional<TrialOutcome> outcome;
      if (const auto error = Try([&] { outcome = AfterStep(k, losses[k]); })) {
        outcome = TrialOutcome{Kind::kCrashed, *error};
      }
      return outcome;
    });
  }

  void Crash(const std::string& error) {
    for (const TrialTask& task : tasks_) task.observer->OnEnd({Kind::kCrashed, error});
    tasks_.clear();
  }

 private:
  std::optional<TrialOutcome> AfterStep(size_t k, double loss) {
    const TrialParameters& parameters = tasks_[k].parameters;
    TrialObserver& observer = *tasks_[k].observer;
    const int64_t step = trials_.steps(k);
    if (!std::isfinite(loss)) {
      Evaluate(k);
      return TrialOutcome{Kind::kDiverged,
                          absl::StrCat("loss or gradient not finite at step ", step)};
    }
    observer.OnStep(step);
    if (step % parameters.eval_every == 0 || step == parameters.steps) {
      if (IsSolved(parameters, Evaluate(k))) {
        return TrialOutcome{Kind::kSolved, absl::StrCat("solved at step ", step)};
      }
    }
    if (step >= parameters.steps) return TrialOutcome{Kind::kCompleted, ""};
    if (observer.WantsCheckpoint()) observer.OnCheckpoint(step, trials_.Checkpoint(k));
    return std::nullopt;
  }

  std::vector<MetricValue> Evaluate(size_t k) {
    std::vector<MetricValue> metrics = trials_.Evaluate(k);
    tasks_[k].observer->OnEvaluation(trials_.steps(k), metrics);
    return metrics;
  }

  // Nobody knows whose step failed: alone, it is its own.
  void Part(const std::string& error) {
    if (tasks_.size() == 1) return End(0, {Kind::kCrashed, error});
    const size_t stay = tasks_.size() / 2;
    while (tasks_.size() > stay) {
      End(tasks_.size() - 1,
          {Kind::kInterrupted, absl::StrCat("no step could be taken together: ", error)});
    }
  }

  // Ends each trial for which there is an outcome.
  template <typename OutcomeOf>
  void EndWhere(OutcomeOf outcome_of) {
    std::vector<std::optional<TrialOutcome>> outcomes;
    for (size_t k = 0; k < tasks_.size(); ++k) outcomes.push_back(outcome_of(k));
    for (size_t k = tasks_.size(); k-- > 0;) {  // the places of those before it stay
      if (outcomes[k]) End(k, *outcomes[k]);
    }
  }

  void End(size_t k, const TrialOutcome& outcome) {
    trials_.Remove(k);
    const std::shared_ptr<TrialObserver> observer = std::move(tasks_[k].observer);
    tasks_.erase(tasks_.begin() + static_cast<int64_t>(k));
    observer->OnEnd(outcome);
  }

  FusedTrials trials_;
  std::vector<TrialTask> tasks_;  // of the same order
};

// Gives one trial once.
class OneTrial : public TrialSource {
 public:
  explicit OneTrial(TrialTask task) : task_(std::move(task)) {}
  std::vector<TrialTask> Take(int) override {
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
  bool WantsCheckpoint() override { return observer_.WantsCheckpoint(); }
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

void TrainTrials(const std::string& device, TrialSource& source) {
  at::globalContext().setFlushDenormal(true);  // of this thread; denormals are slow
  Company company(device);
  while (true) {
    std::vector<TrialTask> joining = source.Take(company.size());
    for (TrialTask& task : joining) company.Join(std::move(task));
    if (joining.empty() && company.size() == 0) return;
    const auto error = Try([&] {
      company.EndTheStopped();
      company.TakeStep();
    });
    if (error) company.Crash(*error);
  }
}

TrialOutcome TrainTrial(const TrialParameters& parameters, uint64_t seed, const std::string& device,
                        TrialObserver& observer, const TrialStart& start) {
  const auto keeper = std::make_shared<OutcomeKeeper>(observer);
  OneTrial source({parameters, seed, start, keeper});
  TrainTrials(device, source);
  return keeper->outcome();
}

absl::StatusOr<int64_t> CheckCheckpoint(const std::string& checkpoint,
                                        const TrialParameters& parameters, uint64_t seed) {
  try {
    const TrainingState state = FromBytes(checkpoint);
    const std::vector<int64_t> shape = {1, Model(ModelShapeOf(parameters), torch::kCPU).size()};
    const auto fits = [&](const torch::Tensor& one) {
      return one.sizes() == shape && one.scalar_type() == torch::kFloat;
    };
    if (state.trial == TrialText(parameters, seed) && fits(state.weights) &&
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

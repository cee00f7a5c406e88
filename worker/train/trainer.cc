#include "worker/train/trainer.h"

#include <torch/torch.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/train/checkpoint.h"
#include "worker/train/company.h"
#include "worker/train/failure.h"

namespace pathsweep {
namespace {

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

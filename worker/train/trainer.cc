#include "worker/train/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "worker/task/sample_order.h"
#include "worker/train/batch.h"
#include "worker/train/checkpoint.h"
#include "worker/train/evaluator.h"
#include "worker/train/model.h"
#include "worker/train/optimizer.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using Kind = TrialOutcome::Kind;
using SteadyClock = std::chrono::steady_clock;

// Names the trial that a checkpoint belongs to.
std::string TextOf(const TrialParameters& parameters, uint64_t seed) {
  std::string text = absl::StrCat("seed=", seed);
  for (const ParameterSpec& spec : TrialParameterTable()) {
    absl::StrAppend(&text, " ", spec.name, "=", FormatValue(GetParameter(parameters, spec)));
  }
  return text;
}

// One trial's model, data and optimizer.
class Training {
 public:
  Training(const TrialParameters& parameters, uint64_t seed, const std::string& device,
           const std::vector<Example>& test_examples)
      : parameters_(parameters),
        seed_(seed),
        objective_(ObjectiveFromName(parameters.objective)),
        task_(TaskShapeOf(parameters)),
        device_(device),
        model_(ModelShapeOf(parameters), device_),
        weights_(model_.InitialWeights(seed, parameters).requires_grad_()),
        optimizer_({&parameters, 1}, model_.DecayMask()),
        test_(MakeBatch(task_, objective_,
                        test_examples.empty() ? DrawTestExamples() : test_examples)) {}

  // Takes optimizer step `step`, counted from 1; its loss, not finite if the trial has
  // diverged, and the weights are then as they were.
  double Step(int64_t step) {
    const auto start = SteadyClock::now();
    const Batch batch = TrainBatch(step);
    const Tensor logits = model_.Logits(weights_, batch.inputs.unsqueeze(0).to(device_));
    const Tensor loss =
        torch::cross_entropy_loss(logits.flatten(0, 2), batch.targets.flatten().to(device_));
    weights_.mutable_grad().reset();
    loss.backward();
    const Tensor norm = optimizer_.Step(weights_.detach(), weights_.mutable_grad(), step);
    // Zero times a norm that is not finite is NaN, and anything else adds nothing.
    const double value = loss.item<double>() + 0 * norm.sum().item<double>();
    losses_ += value;
    ++losses_count_;
    ++timed_steps_;
    seconds_ += std::chrono::duration<double>(SteadyClock::now() - start).count();
    return value;
  }

  // The metrics now, and those of training since the last call.
  std::vector<MetricValue> Evaluate() {
    const Predictions predictions = Predict(model_, weights_.detach(), objective_, test_);
    std::vector<MetricValue> metrics = Score(predictions, test_.targets, objective_);
    if (losses_count_ > 0 && std::isfinite(losses_)) {
      metrics.push_back({"train_loss", losses_ / static_cast<double>(losses_count_)});
    }
    if (timed_steps_ > 0 && seconds_ > 0) {
      metrics.push_back({"samples_per_second",
                         static_cast<double>(timed_steps_ * parameters_.batch_size) / seconds_});
    }
    losses_ = seconds_ = 0;
    losses_count_ = timed_steps_ = 0;
    return metrics;
  }

  // After `step` steps.
  std::string Checkpoint(int64_t step) const {
    return ToBytes({TextOf(parameters_, seed_), step, weights_.detach().cpu(),
                    optimizer_.first_moment().cpu(), optimizer_.second_moment().cpu(), losses_,
                    losses_count_});
  }

  // Returns the steps taken by then.
  int64_t Restore(const std::string& checkpoint) {
    const TrainingState state = FromBytes(checkpoint);
    weights_.detach().copy_(state.weights);
    optimizer_.Restore(state.first_moment, state.second_moment);
    losses_ = state.losses;
    losses_count_ = state.losses_count;
    return state.step;
  }

 private:
  Batch TrainBatch(int64_t step) const {
    std::vector<uint64_t> indices(parameters_.batch_size);
    const auto first = static_cast<uint64_t>((step - 1) * parameters_.batch_size);
    for (size_t i = 0; i < indices.size(); ++i) {
      indices[i] = TrainingGraph(seed_, parameters_.train_samples, first + i);
    }
    return MakeBatch(task_, objective_, DrawExamples(task_, seed_, Stream::kTrainGraphs, indices));
  }

  std::vector<Example> DrawTestExamples() const {
    std::vector<uint64_t> indices(parameters_.test_samples);
    std::iota(indices.begin(), indices.end(), uint64_t{0});
    return DrawExamples(task_, seed_, Stream::kTestGraphs, indices);
  }

  const TrialParameters& parameters_;
  const uint64_t seed_;
  const Objective objective_;
  const TaskShape task_;
  const torch::Device device_;
  const Model model_;
  Tensor weights_;
  AdamW optimizer_;
  const Batch test_;
  // Since the last evaluation.
  double losses_ = 0;
  int64_t losses_count_ = 0;
  // Since then or since the start from a checkpoint.
  double seconds_ = 0;
  int64_t timed_steps_ = 0;
};

double ValueOf(const std::vector<MetricValue>& metrics, absl::string_view name) {
  const auto found = std::ranges::find(metrics, name, &MetricValue::name);
  return found == metrics.end() ? 0 : found->value;
}

// And is to end there.
bool IsSolved(const TrialParameters& parameters, const std::vector<MetricValue>& metrics) {
  return parameters.stop_when == "solved" && ValueOf(metrics, kExactMatch) >= parameters.solved_at;
}

TrialOutcome Train(const TrialParameters& parameters, uint64_t seed, const std::string& device,
                   TrialObserver& observer, const TrialStart& start) {
  at::globalContext().setFlushDenormal(true);  // of this thread; denormals are slow
  Training training(parameters, seed, device, start.test_examples);
  const int64_t taken = start.checkpoint.empty() ? 0 : training.Restore(start.checkpoint);
  if (taken == 0) observer.OnEvaluation(0, training.Evaluate());
  for (int64_t step = taken + 1; step <= parameters.steps; ++step) {
    if (observer.ShouldStop()) {
      return {Kind::kInterrupted, absl::StrCat("interrupted before step ", step)};
    }
    if (!std::isfinite(training.Step(step))) {
      observer.OnEvaluation(step, training.Evaluate());
      return {Kind::kDiverged, absl::StrCat("loss or gradient not finite at step ", step)};
    }
    observer.OnStep(step);
    if (step % parameters.eval_every == 0 || step == parameters.steps) {
      const std::vector<MetricValue> metrics = training.Evaluate();
      observer.OnEvaluation(step, metrics);
      if (IsSolved(parameters, metrics)) {
        return {Kind::kSolved, absl::StrCat("solved at step ", step)};
      }
    }
    if (step < parameters.steps && observer.WantsCheckpoint()) {
      observer.OnCheckpoint(step, training.Checkpoint(step));
    }
  }
  return {Kind::kCompleted, ""};
}

}  // namespace

TrialOutcome TrainTrial(const TrialParameters& parameters, uint64_t seed, const std::string& device,
                        TrialObserver& observer, const TrialStart& start) {
  try {
    return Train(parameters, seed, device, observer, start);
  } catch (const c10::Error& error) {
    return {Kind::kCrashed, error.what_without_backtrace()};
  } catch (const std::exception& error) {
    return {Kind::kCrashed, error.what()};
  }
}

absl::StatusOr<int64_t> CheckCheckpoint(const std::string& checkpoint,
                                        const TrialParameters& parameters, uint64_t seed) {
  try {
    const TrainingState state = FromBytes(checkpoint);
    const std::vector<int64_t> shape = {1, Model(ModelShapeOf(parameters), torch::kCPU).size()};
    const auto fits = [&](const Tensor& one) {
      return one.sizes() == shape && one.scalar_type() == torch::kFloat;
    };
    if (state.trial == TextOf(parameters, seed) && fits(state.weights) &&
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

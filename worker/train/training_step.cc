#include "worker/train/training_step.h"

#include <torch/torch.h>

#include <utility>

#include "worker/task/task_shape.h"
#include "worker/task/training_example.h"
#include "worker/train/batch.h"
#include "worker/train/cuda_step.h"
#include "worker/train/scheduled_sampling.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// Of the trials' steps, on the CPU: inputs [K, B, T], targets [K, B, L].
Batch DrawBatch(absl::Span<const TrialStep> trials) {
  const TrialParameters& like = trials.front().parameters;
  const TaskShape shape = TaskShapeOf(like);
  const auto count = static_cast<int64_t>(trials.size());
  Batch batch{torch::empty({count, like.batch_size, shape.InputLength()}, torch::kLong),
              torch::empty({count, like.batch_size, shape.length}, torch::kLong)};
  auto* inputs = batch.inputs.data_ptr<int64_t>();
  auto* targets = batch.targets.data_ptr<int64_t>();
  for (const TrialStep& trial : trials) {
    const TrainingTask task = TrainingTaskOf(trial.parameters, trial.seed);
    std::vector<int32_t> scratch(task.Scratch());
    const auto first = static_cast<uint64_t>((trial.step - 1) * like.batch_size);
    for (int64_t i = 0; i < like.batch_size; ++i) {
      WriteTrainingExample(task, first + static_cast<uint64_t>(i), scratch.data(), inputs, targets);
      inputs += shape.InputLength();
      targets += shape.length;
    }
  }
  return batch;
}

// Operation after operation.
class EagerStep : public TrainingStep {
 public:
  EagerStep(const Model& model, const Optimizer& optimizer, torch::Device device,
            std::string execution)
      : model_(model), optimizer_(optimizer), device_(device), execution_(std::move(execution)) {}

  std::vector<double> Take(absl::Span<const TrialStep> trials,
                           const OptimizedWeights& state) override {
    const Batch batch = DrawBatch(trials);
    const Tensor inputs = ShowPredictions(model_, state.weights, trials, batch.inputs.to(device_));
    const Tensor weights = state.weights.detach().requires_grad_();
    const Tensor losses =
        MeanLosses(model_, weights, inputs, batch.targets.to(device_), DropoutOf(trials));
    // The sum over trials leaves each gradient to its own.
    losses.sum().backward();
    const Tensor values = losses.detach().to(torch::kCPU, torch::kDouble);
    std::vector<double> said(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    const Tensor norms = optimizer_.TakeSteps(trials, state, weights.mutable_grad());
    // From here on nothing may throw. Zero times a norm that is not finite is NaN, and anything
    // else adds nothing.
    for (size_t k = 0; k < said.size(); ++k) {
      said[k] += 0.0 * static_cast<double>(norms.data_ptr<float>()[k]);
    }
    return said;
  }

  std::string Execution() const override { return execution_; }

 private:
  const Model& model_;
  const Optimizer& optimizer_;
  const torch::Device device_;
  const std::string execution_;
};

}  // namespace

Tensor MeanLosses(const Model& model, const Tensor& weights, const Tensor& inputs,
                  const Tensor& targets, Dropout dropout) {
  const Tensor logits = model.Logits(weights, inputs, std::move(dropout));
  const Tensor each =
      torch::cross_entropy_loss(logits.flatten(0, 2), targets.flatten(), {}, at::Reduction::None);
  return each.view({logits.size(0), -1}).mean(1);
}

Dropout DropoutOf(absl::Span<const TrialStep> trials) {
  std::vector<Dropout::Trial> dropping;
  for (const TrialStep& trial : trials) {
    dropping.push_back({trial.seed, trial.step, trial.parameters.dropout});
  }
  return Dropout(std::move(dropping));
}

std::unique_ptr<TrainingStep> MakeTrainingStep(const Model& model, const Optimizer& optimizer,
                                               torch::Device device,
                                               absl::Span<const TrialStep> trials) {
  if (device.is_cpu()) return std::make_unique<EagerStep>(model, optimizer, device, "");
  std::string obstacle;
  std::unique_ptr<TrainingStep> step = MakeCudaStep(model, optimizer, device, trials, obstacle);
  if (step != nullptr) return step;
  return std::make_unique<EagerStep>(model, optimizer, device, "eager: " + obstacle);
}

}  // namespace pathsweep

// A step of K trials that train as one model: their batches, the forward and the backward pass, and
// the optimizer.
//
//   std::unique_ptr<TrainingStep> step = MakeTrainingStep(model, optimizer, device, trials);
//   std::vector<double> losses = step->Take(trials, state);
//
// On a GPU it is recorded and replayed where it can be (worker/train/cuda_step.h).
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "worker/train/dropout.h"
#include "worker/train/model.h"
#include "worker/train/optimizer.h"
#include "worker/train/trial_step.h"

namespace pathsweep {

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  // Changes the weights in place, and returns the losses [K], each not finite if the loss or its
  // gradient was not: that trial is left as it was. If it throws, no weights have changed.
  virtual std::vector<double> Take(absl::Span<const TrialStep> trials,
                                   const OptimizedWeights& state) = 0;

  // For people: what the device does for a step.
  virtual std::string Execution() const = 0;
};

// Of these trials, which share a shape, and of no others; of one state. The model and the optimizer
// must outlive it.
std::unique_ptr<TrainingStep> MakeTrainingStep(const Model& model, const Optimizer& optimizer,
                                               torch::Device device,
                                               absl::Span<const TrialStep> trials);

// What both kinds of step are made of.

// Mean losses [K] over each trial's own targets [K, B, L].
torch::Tensor MeanLosses(const Model& model, const torch::Tensor& weights,
                         const torch::Tensor& inputs, const torch::Tensor& targets,
                         Dropout dropout);

Dropout DropoutOf(absl::Span<const TrialStep> trials);

}  // namespace pathsweep

// Optimizers over the weights [K, P] of K trials, each with its own scalars and at its own step:
//
//   adamw  Loshchilov & Hutter 2019
//   sgd    with momentum, and decoupled weight decay too
//   muon   Jordan et al. 2024: hidden matrices by worker/train/muon.h, the rest by AdamW
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "worker/cuda/adamw_element.h"
#include "worker/train/trial_step.h"
#include "worker/train/weights.h"

namespace pathsweep {

// Learning rate of optimizer step `step`, counted from 1: linear warm-up to `lr` over
// `warmup` steps, then constant, or a cosine that ends at `final_lr` in the last step.
double LearningRate(const TrialParameters& parameters, int64_t step);

// Of AdamW.
cuda::AdamWTrial AdamWTrialOf(const TrialStep& trial);

// All that changes from step to step; [K, P] each.
struct OptimizedWeights {
  torch::Tensor weights;
  torch::Tensor first_moment;
  torch::Tensor second_moment;
};

class Optimizer {
 public:
  // Requires a value of the parameter `optimizer`, and a layout that outlives the optimizer.
  Optimizer(absl::string_view name, const WeightLayout& layout, torch::Device device);

  // Clips each trial's gradient [K, P] to its grad_clip and takes its step. Returns the gradients'
  // norms [K] before clipping, on the CPU; a trial whose norm is not finite is left as it was.
  // Changes `gradient`. If it throws, no weights have changed.
  torch::Tensor TakeSteps(absl::Span<const TrialStep> trials, const OptimizedWeights& state,
                          torch::Tensor gradient) const;

  bool IsAdamW() const { return kind_ == Kind::kAdamW; }
  // Of each weight [P], on the device: 1 where weight decay applies, else 0…
  const torch::Tensor& decay_mask() const { return decay_mask_; }
  // … and by which the learning rate is multiplied.
  const torch::Tensor& lr_factors() const { return lr_factors_; }

 private:
  enum class Kind { kAdamW, kSgd, kMuon };
  // Weights beside each other that are treated alike.
  struct Range {
    int64_t first;
    int64_t count;
    bool decays;
    double lr_factor;
  };
  struct Scalars;

  void AddRange(const WeightSlot& slot);
  torch::Tensor StepWithKernel(absl::Span<const TrialStep> trials, const OptimizedWeights& state,
                               const torch::Tensor& gradient) const;
  torch::Tensor StepWithOperations(absl::Span<const TrialStep> trials,
                                   const OptimizedWeights& state, torch::Tensor gradient) const;
  OptimizedWeights Adam(const Scalars& scalars, const OptimizedWeights& state,
                        const torch::Tensor& gradient) const;
  OptimizedWeights Sgd(const Scalars& scalars, const OptimizedWeights& state,
                       const torch::Tensor& gradient) const;
  torch::Tensor Decayed(const Scalars& scalars, const torch::Tensor& weights) const;

  const Kind kind_;
  const WeightLayout& layout_;
  std::vector<Range> ranges_;
  torch::Tensor decay_mask_;
  torch::Tensor lr_factors_;
};

}  // namespace pathsweep

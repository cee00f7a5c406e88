// AdamW (Loshchilov & Hutter 2019) over the flat weights [K, P], each trial with its own
// scalars. Not thread safe.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "absl/types/span.h"
#include "base/trial_parameters.h"

namespace pathsweep {

// Learning rate of optimizer step `step`, counted from 1: linear warm-up to `lr` over
// `warmup` steps, then constant, or a cosine that ends at `final_lr` in the last step.
double LearningRate(const TrialParameters& parameters, int64_t step);

class AdamW {
 public:
  // `decay_mask` [P] has 1 where weight decay applies.
  AdamW(absl::Span<const TrialParameters> trials, const torch::Tensor& decay_mask);

  // Clips each trial's gradient [K, P] to its grad_clip, in place, and takes step `step`,
  // counted from 1, on the weights [K, P]. Returns the gradients' norms [K] before
  // clipping. Nothing is changed if one of them is not finite.
  torch::Tensor Step(torch::Tensor weights, torch::Tensor gradient, int64_t step);

  // Moments [K, P]: all that changes from step to step.
  const torch::Tensor& first_moment() const { return first_; }
  const torch::Tensor& second_moment() const { return second_; }
  // Goes on from these, on any device.
  void Restore(const torch::Tensor& first_moment, const torch::Tensor& second_moment);

 private:
  torch::Tensor StepWithKernel(const torch::Tensor& weights, const torch::Tensor& gradient,
                               int64_t step);
  torch::Tensor StepWithOperations(torch::Tensor weights, torch::Tensor gradient, int64_t step);

  const std::vector<TrialParameters> trials_;
  const torch::Tensor decay_mask_;  // [1, P]
  // Per trial, [K, 1].
  torch::Tensor clip_;
  torch::Tensor beta1_;
  torch::Tensor beta2_;
  torch::Tensor first_;
  torch::Tensor second_;
};

}  // namespace pathsweep

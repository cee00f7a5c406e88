// AdamW (Loshchilov & Hutter 2019) over the weights [K, P] of K trials, each with its own
// scalars and at its own step.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "absl/types/span.h"
#include "base/trial_parameters.h"

namespace pathsweep {

// Learning rate of optimizer step `step`, counted from 1: linear warm-up to `lr` over
// `warmup` steps, then constant, or a cosine that ends at `final_lr` in the last step.
double LearningRate(const TrialParameters& parameters, int64_t step);

// The step that a trial is to take, counted from 1.
struct TrialStep {
  const TrialParameters& parameters;
  int64_t step;
};

// All that changes from step to step; [K, P] each.
struct OptimizedWeights {
  torch::Tensor weights;
  torch::Tensor first_moment;
  torch::Tensor second_moment;
};

// Clips each trial's gradient [K, P] to its grad_clip and takes its step. `decay_mask` [P] has 1
// where weight decay applies. Returns the gradients' norms [K] before clipping, on the CPU; a
// trial whose norm is not finite is left as it was. Changes `gradient`. If it throws, no weights
// have changed.
torch::Tensor TakeSteps(absl::Span<const TrialStep> trials, const torch::Tensor& decay_mask,
                        const OptimizedWeights& state, torch::Tensor gradient);

}  // namespace pathsweep

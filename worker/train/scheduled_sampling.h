// Scheduled sampling (Bengio et al. 2015): some of the true tokens that a model is shown are
// replaced by what it says itself, in one more pass over all positions at once (Mihaylova & Martins
// 2019): each prediction is made from the true tokens before.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "worker/train/model.h"
#include "worker/train/trial_step.h"

namespace pathsweep {

// Of each target input to be the model's own prediction, in optimizer step `step`, counted from 1.
// 0 for other objectives.
double SamplingProbability(const TrialParameters& parameters, int64_t step);

// The training inputs [K, B, T] of trials with weights [K, P], some of whose last L − 1 tokens are
// replaced by predictions. The same whoever trains together, but for what rounding makes of a
// prediction.
torch::Tensor ShowPredictions(const Model& model, const torch::Tensor& weights,
                              absl::Span<const TrialStep> trials, const torch::Tensor& inputs);

}  // namespace pathsweep

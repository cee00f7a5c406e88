// Scheduled sampling (Bengio et al. 2015): some of the true tokens that a model is shown are
// replaced by what it says itself, in one more pass over all positions at once (Mihaylova & Martins
// 2019): each prediction is made from the true tokens before.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "base/trial_parameters.h"
#include "worker/train/model.h"

namespace pathsweep {

// Of each target input to be the model's own prediction, in optimizer step `step`, counted from 1.
// 0 for other objectives.
double SamplingProbability(const TrialParameters& parameters, int64_t step);

// A trial that is to take a step.
struct SampledTrial {
  const TrialParameters& parameters;
  uint64_t seed;
  int64_t step;  // counted from 1
};

// The training inputs [K, B, T] of trials with weights [K, P], some of whose last L − 1 tokens are
// replaced by predictions. The same whoever trains together, but for what rounding makes of a
// prediction.
torch::Tensor ShowPredictions(const Model& model, int64_t targets, const torch::Tensor& weights,
                              const std::vector<SampledTrial>& trials, const torch::Tensor& inputs);

}  // namespace pathsweep

// The metrics of docs/metrics.md, measured on a test set.
#pragma once

#include <torch/types.h>

#include <vector>

#include "worker/train/batch.h"
#include "worker/train/metric.h"
#include "worker/train/model.h"

namespace pathsweep {

// What a model says on a test set. Tensors are [S, L], in the order of decoding; a
// prediction from logits that are not finite is -1, which is never right.
struct Predictions {
  torch::Tensor forced;   // from the training input: the true tokens before
  torch::Tensor decoded;  // from its own tokens before
  double loss = 0;        // mean cross entropy of the forced predictions
};

// Predictions of trial 0 of the weights [1, P].
//
// Greedy decoding is done for all positions at once: the model's own predictions are fed
// back until they no longer change. By causality round r settles at least the first r
// tokens, so after at most L − 1 rounds the result is that of decoding one token at a
// time (Jacobi decoding; Santilli et al., ACL 2023), and mostly after one or two.
Predictions Predict(const Model& model, const torch::Tensor& weights, Objective objective,
                    const Batch& test);

// Inputs [B, T] with what was decoded [B, L] in place of the true tokens at their end.
torch::Tensor FeedBack(const torch::Tensor& inputs, const torch::Tensor& decoded);

// All metrics but those of training; the finite ones.
std::vector<MetricValue> Score(const Predictions& predictions, const torch::Tensor& targets,
                               Objective objective);

}  // namespace pathsweep

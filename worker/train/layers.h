// What the architectures are made of, batched over trials: K trials, B examples, T tokens.
#pragma once

#include <torch/types.h>

#include "worker/train/ops.h"
#include "worker/train/weights.h"

namespace pathsweep {

// Rows `index` [K, …] of each trial's table [K, rows, D] -> [K, …, D].
torch::Tensor Gather(const torch::Tensor& table, const torch::Tensor& index);

// Of x, with a bias [K, 1, D] that may be undefined.
Normalised Normalise(const Weights& weights, const NormId& norm, const torch::Tensor& x,
                     const torch::Tensor& bias = {});

// The last `count` tokens of x [K, B, T, D].
torch::Tensor LastTokens(const torch::Tensor& x, int64_t count);

}  // namespace pathsweep

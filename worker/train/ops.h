// The operations of a model, batched over trials.
// On the CPU they are the kernels of worker/cpu, forward and backward in one pass each; on
// another device, or for another type than float, LibTorch's own operations.
//
// Shapes: K trials, B examples, T tokens, D width; a trial's weights are [K, 1, D]. Each takes
// the bias of the linear layer before it, which is one pass less. Thread safe.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "worker/train/model_shape.h"

namespace pathsweep {

// x [K, B, T, in] times matrix [K, in, out], whose rows lie together -> [K, B, T, out]; added to
// `sum` if it is defined.
torch::Tensor Multiply(const torch::Tensor& x, const torch::Tensor& matrix,
                       const torch::Tensor& sum = {});

struct Normalised {
  torch::Tensor sums;    // x + bias
  torch::Tensor values;  // of each row of sums: mean 0, variance 1, times the gain, plus the shift
};

// x [K, B, T, D]; the bias may be undefined. Without a shift it is RMS normalisation: no mean is
// taken away, and the mean square is 1 (Zhang & Sennrich 2019).
Normalised BiasNorm(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& gain,
                    const torch::Tensor& shift);

// gelu(x + bias), x [K, B, T, D].
torch::Tensor BiasGelu(const torch::Tensor& x, const torch::Tensor& bias);

struct AttentionOptions {
  int64_t heads;
  // Of rotary positions, [T, D / heads / 2]; undefined for none.
  torch::Tensor cosines;
  torch::Tensor sines;
  double score_scale = 1;  // of the products of queries and keys; 1 / √(head size) is usual
  AttentionKind kind = AttentionKind::kFastest;
};

// Flash attention is LibTorch's, and takes bfloat16 and as many queries as tokens.
//
// Causal attention of the last `queries` tokens. Projections without their bias [K, 1, 3 D]: of
// all three, [K, B, T, 3 D]; or queries [K, B, L, D], and of keys and values [K, B, T, 2 D].
// Returns [K, B, T or L, D].
torch::Tensor Attention(const torch::Tensor& projected, const torch::Tensor& bias,
                        const AttentionOptions& options);
torch::Tensor Attention(const torch::Tensor& queries, const torch::Tensor& keys_values,
                        const torch::Tensor& bias, const AttentionOptions& options);

// The shares of each token's attention among the tokens: [K, B, heads, T, T] of all projections.
// For people to look at: by LibTorch's operations.
torch::Tensor AttentionShares(const torch::Tensor& projected, const torch::Tensor& bias,
                              const AttentionOptions& options);

}  // namespace pathsweep

// Causal attention, batched over trials, as the operations of worker/train/ops.h are.
//
// Shapes: K trials, B examples, T tokens, L queries, D width. Thread safe.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "worker/train/model_shape.h"

namespace pathsweep {

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

// For people: which code computes attention over so many tokens, and in the last block of so many
// queries.
std::string AttentionWay(const AttentionOptions& options, int64_t width, int64_t tokens,
                         int64_t queries, bool half, torch::Device device);

}  // namespace pathsweep

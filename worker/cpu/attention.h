// Causal attention of one trial's examples over short sequences, with the bias of the layer that
// projected its queries, keys and values, and with rotary positions.
//
// Exact softmax, a head at a time: the keys lie in the first-level cache. Thread safe.
#pragma once

#include <cstdint>

namespace pathsweep::cpu {

struct AttentionShape {
  int64_t examples;
  int64_t tokens;
  int64_t queries;  // of the last tokens
  int64_t heads;
  int64_t head_size;
  int64_t query_stride;  // from one token's to the next one's
  int64_t key_stride;    // of values too
  float score_scale;     // of the products of queries and keys
  // Rotary positions (Su et al., "RoFormer", 2021): pairs (i, i + half) turn by an angle that
  // grows with the position; [tokens, head_size / 2]. Null for none.
  const float* cosines;
  const float* sines;
};

// Projections before their bias; a head's values lie together.
struct AttentionInput {
  const float* queries;  // [examples, queries, …], heads · head_size of each stride
  const float* keys;     // [examples, tokens, …]
  const float* values;
  const float* bias;  // [3 · heads · head_size]: of queries, keys, values
};

// Writes out [examples, queries, heads · head_size], and log_sums [examples, heads, queries],
// which the gradient needs, unless null.
void AttentionForward(const AttentionShape& shape, const AttentionInput& input, float* out,
                      float* log_sums);

struct AttentionGradients {
  float* queries;  // written, as keys and values, with the strides of the projections
  float* keys;
  float* values;
  float* bias;  // added to
};

void AttentionBackward(const AttentionShape& shape, const AttentionInput& input,
                       const float* log_sums, const float* out_gradient,
                       const AttentionGradients& gradients);

}  // namespace pathsweep::cpu

// A pre-LayerNorm transformer decoder, batched over trials.
//
// All weights of a trial lie in one row of a single tensor [K, P]: K trials train as one
// model, autograd gives one gradient [K, P], and the optimizer is a few operations on it.
// The last block and the head work on the target positions alone, for nothing else enters
// the loss.
//
//   Model model(ModelShapeOf(parameters), torch::kCPU);
//   torch::Tensor weights = model.InitialWeights(seed, parameters);  // [1, P]
//   torch::Tensor logits = model.Logits(weights, tokens);           // [K, B, L, V]
//
// Shapes: K trials, B examples, T input tokens, L targets, D width, V vocabulary.
// Immutable after construction; thread safe.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "base/trial_parameters.h"
#include "worker/task/path_star.h"
#include "worker/train/ops.h"

namespace pathsweep {

// What trials must share to be trained as one model.
struct ModelShape {
  int64_t vocabulary;
  int64_t inputs;   // T
  int64_t targets;  // L
  int64_t depth;
  int64_t width;
  int64_t heads;
  bool rotary;
  bool tied;
};

ModelShape ModelShapeOf(const TrialParameters& parameters);
TaskShape TaskShapeOf(const TrialParameters& parameters);

class Model {
 public:
  Model(const ModelShape& shape, torch::Device device);

  // Weights per trial: P.
  int64_t size() const { return size_; }

  // One trial's weights [1, P]: matrices N(0, init_std), embeddings N(0,
  // embedding_init_std), gains 1, biases 0. Philox and Box-Muller, so the same anywhere.
  torch::Tensor InitialWeights(uint64_t seed, const TrialParameters& parameters) const;

  // [P]: 1 for weights that decay (matrices and embeddings), 0 for gains and biases.
  torch::Tensor DecayMask() const;

  // Logits [K, B, L, V] of the targets, which the last L of the tokens [K, B, T] predict.
  torch::Tensor Logits(const torch::Tensor& weights, const torch::Tensor& tokens) const;

 private:
  enum class Role { kMatrix, kEmbedding, kGain, kBias };
  // A weight of one trial, at its place in the row.
  struct Slot {
    Role role;
    std::vector<int64_t> shape;
    int64_t Count() const;
  };
  class Cursor;

  void AddSlots();
  std::vector<int64_t> SlotSizes() const;
  torch::Tensor Embed(Cursor& weights, const torch::Tensor& tokens,
                      torch::Tensor& token_embedding) const;
  // What a block passes on: the bias of its last layer is added by whoever reads next.
  struct Residual {
    torch::Tensor values;  // [K, B, T, D]
    torch::Tensor bias;    // [K, 1, D], or undefined
  };
  Residual RunBlock(Cursor& weights, const Residual& stream, bool targets_only) const;
  torch::Tensor Attend(Cursor& weights, const torch::Tensor& normal, bool targets_only) const;
  torch::Tensor Targets(const torch::Tensor& x) const;

  const ModelShape shape_;
  const torch::Device device_;
  std::vector<Slot> slots_;
  int64_t size_ = 0;
  AttentionOptions attention_;
};

}  // namespace pathsweep

// A causal sequence model, batched over trials: token embedding, architecture, head.
//
// The last layers and the head work on the target positions alone, for nothing else enters the
// loss.
//
//   Model model(ModelShapeOf(parameters), torch::kCPU);
//   torch::Tensor weights = model.layout().InitialRow(seed, parameters, torch::kCPU);  // [1, P]
//   torch::Tensor logits = model.Logits(weights, tokens);                             // [K, B, L,
//   V]
//
// Shapes: K trials, B examples, T input tokens, L targets, D width, V vocabulary.
// Immutable after construction; thread safe.
#pragma once

#include <torch/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/train/architecture.h"
#include "worker/train/dropout.h"
#include "worker/train/model_shape.h"
#include "worker/train/weights.h"

namespace pathsweep {

// What the head says of each layer's result: an early one shows what a model knows by then.
struct LayerLogits {
  std::vector<torch::Tensor> logits;     // [K, B, L, V], of the embedding and each layer
  std::vector<torch::Tensor> attention;  // as Trace has it
};

class Model {
 public:
  Model(const ModelShape& shape, torch::Device device);

  const WeightLayout& layout() const { return layout_; }

  // Logits [K, B, L, V] of the targets, which the last L of the tokens [K, B, T] predict.
  torch::Tensor Logits(const torch::Tensor& weights, const torch::Tensor& tokens,
                       Dropout dropout = {}) const;
  // As Architecture has it.
  const std::string& Execution() const { return execution_; }
  LayerLogits LogitsByLayer(const torch::Tensor& weights, const torch::Tensor& tokens) const;

 private:
  // Of what the head reads.
  torch::Tensor Head(const Weights& weights, const torch::Tensor& read) const;

  const torch::Device device_;
  const bool half_;
  const double logit_scale_;
  WeightLayout layout_;
  const WeightId embedding_;
  const std::unique_ptr<Architecture> architecture_;
  std::optional<WeightId> head_;  // [D, V]; none if the embedding is the head
  const std::string execution_;
};

}  // namespace pathsweep

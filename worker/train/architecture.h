// What lies between the embedding of the tokens and the head of a model.
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "worker/train/dropout.h"
#include "worker/train/model_shape.h"
#include "worker/train/weights.h"

namespace pathsweep {

// What happens on the way: for people who look into a model.
struct Trace {
  // Of the embedding and of each layer, what the head would read: [K, B, L, D].
  std::vector<torch::Tensor> layers;
  // Shares [K, B, heads, T, T] of what each token attends to, of each layer that attends.
  std::vector<torch::Tensor> attention;
};

// Causal: no token's result depends on those after it. Immutable; thread safe.
class Architecture {
 public:
  virtual ~Architecture() = default;

  // Of embedded tokens [K, B, T, D], what the head reads of the last L: [K, B, L, D]. Notes in
  // `trace` what happens on the way, unless it is null.
  virtual torch::Tensor Run(const Weights& weights, const torch::Tensor& embedded, Dropout& dropout,
                            Trace* trace) const = 0;

  // For people: which code does what there is a choice of on the device; may be empty.
  virtual std::string Execution(torch::Device) const { return ""; }
};

// Each adds its weights to the layout.

// A pre-norm decoder (Vaswani et al. 2017; Radford et al. 2019), with a norm at its end.
std::unique_ptr<Architecture> MakeTransformer(const ModelShape& shape, WeightLayout& layout,
                                              torch::Device device);
// Selective state spaces (Gu & Dao, "Mamba", 2023), with a norm at its end.
std::unique_ptr<Architecture> MakeMamba(const ModelShape& shape, WeightLayout& layout);
// Layers of LSTM (Hochreiter & Schmidhuber 1997) or GRU (Cho et al. 2014), one above another.
std::unique_ptr<Architecture> MakeLstm(const ModelShape& shape, WeightLayout& layout);
std::unique_ptr<Architecture> MakeGru(const ModelShape& shape, WeightLayout& layout);

}  // namespace pathsweep

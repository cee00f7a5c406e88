#include "worker/train/layers.h"

#include <torch/torch.h>

namespace pathsweep {
using torch::Tensor;

// The tables are laid end to end and every trial's indices shifted to its own.
Tensor Gather(const Tensor& table, const Tensor& index) {
  const int64_t trials = table.size(0);
  if (trials == 1) return torch::embedding(table[0], index);
  const Tensor shift = torch::arange(trials, index.options()).mul(table.size(1)).view({-1, 1, 1});
  return torch::embedding(table.reshape({-1, table.size(2)}), index + shift);
}

Normalised Normalise(const Weights& weights, const NormId& norm, const Tensor& x,
                     const Tensor& bias) {
  return BiasNorm(x, bias, weights[norm.gain], norm.shift ? weights[*norm.shift] : Tensor());
}

Tensor LastTokens(const Tensor& x, int64_t count) { return x.narrow(2, x.size(2) - count, count); }

}  // namespace pathsweep

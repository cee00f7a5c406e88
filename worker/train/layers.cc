#include "worker/train/layers.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace pathsweep {
namespace {

using torch::Tensor;

Tensor Rows(const Tensor& x) { return x.reshape({x.size(0), -1, x.size(-1)}); }

}  // namespace

Tensor Multiply(const Tensor& x, const Tensor& matrix, const Tensor& sum) {
  // The stream that is added to stays float32.
  if (sum.defined() && at::autocast::is_autocast_enabled(x.device().type())) {
    return sum + Multiply(x, matrix);
  }
  const Tensor y =
      sum.defined() ? torch::baddbmm(Rows(sum), Rows(x), matrix) : torch::bmm(Rows(x), matrix);
  return y.view({x.size(0), x.size(1), x.size(2), matrix.size(-1)});
}

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

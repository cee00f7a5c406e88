// The operations of a model, batched over trials.
// On the CPU they are the kernels of worker/cpu, forward and backward in one pass each; on
// another device, or for another type than float, LibTorch's own operations.
//
// Shapes: K trials, B examples, T tokens, D width; a trial's weights are [K, 1, D]. Each takes
// the bias of the linear layer before it, which is one pass less. Thread safe.
#pragma once

#include <torch/types.h>

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

}  // namespace pathsweep

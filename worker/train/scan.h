// Linear recurrences along time, in parallel.
#pragma once

#include <torch/types.h>

namespace pathsweep {

// h with h_t = factors_t · h_(t−1) + terms_t and h_(−1) = 0, element by element; all [K, B, T, …].
// In 2 log2 T rounds and O(T) work (Blelloch 1990). Differentiable; keeps the factors and h alone.
torch::Tensor Scan(const torch::Tensor& factors, const torch::Tensor& terms);

}  // namespace pathsweep

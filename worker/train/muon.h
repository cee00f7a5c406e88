// Muon (Jordan et al. 2024): a hidden matrix moves along the semi-orthogonal matrix next to its
// gradient's running mean, scaled as AdamW's updates are (Liu et al., arXiv 2502.16982), so that
// one learning rate serves both.
#pragma once

#include <torch/types.h>

#include "worker/train/optimizer.h"
#include "worker/train/weights.h"

namespace pathsweep {

// Of each trial, [K, 1].
struct MuonScalars {
  const torch::Tensor& lr;
  const torch::Tensor& decay;  // lr · weight decay
  const torch::Tensor& momentum;
};

// Writes into `next` what becomes of the hidden matrices in `state`, for a gradient [K, P]. Their
// running mean lies in the first moment; the second one is left alone.
void MuonStep(const WeightLayout& layout, const MuonScalars& scalars, const torch::Tensor& gradient,
              const OptimizedWeights& state, const OptimizedWeights& next);

// x [N, rows, columns] with all singular values brought near 1, between 0.7 and 1.2, by five steps
// of a Newton-Schulz iteration of fifth order.
torch::Tensor Orthogonalize(torch::Tensor x);

}  // namespace pathsweep

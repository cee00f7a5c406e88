#include "worker/train/muon.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr int kIterations = 5;
constexpr double kFactors[] = {3.4445, -4.7750, 2.0315};  // Jordan et al. 2024
constexpr double kEpsilon = 1e-7;
constexpr double kAdamWRms = 0.2;  // of an entry of AdamW's updates (Liu et al. 2025)

// The matrices of a slot in rows [K, P], as views [K, matrices, in, columns].
Tensor MatricesOf(const WeightSlot& slot, const Tensor& rows) {
  const int64_t in = slot.shape[0], columns = slot.shape[1] / slot.matrices;
  return rows.narrow(1, slot.offset, slot.Count())
      .view({rows.size(0), in, slot.matrices, columns})
      .transpose(1, 2);
}

// [K, 1] -> [K, 1, 1, 1]
Tensor PerMatrix(const Tensor& scalar) { return scalar.view({-1, 1, 1, 1}); }

}  // namespace

Tensor Orthogonalize(Tensor x) {
  const bool tall = x.size(1) > x.size(2);
  if (tall) x = x.transpose(1, 2);
  x = x / (x.norm(2, {1, 2}, /*keepdim=*/true) + kEpsilon);
  for (int i = 0; i < kIterations; ++i) {
    const Tensor square = torch::bmm(x, x.transpose(1, 2));
    const Tensor mixed =
        torch::baddbmm(square, square, square, /*beta=*/kFactors[1], /*alpha=*/kFactors[2]);
    x = torch::baddbmm(x, mixed, x, /*beta=*/kFactors[0], /*alpha=*/1);
  }
  return tall ? x.transpose(1, 2) : x;
}

void MuonStep(const WeightLayout& layout, const MuonScalars& scalars, const Tensor& gradient,
              const OptimizedWeights& state, const OptimizedWeights& next) {
  // Matrices of equal size go together.
  std::map<std::pair<int64_t, int64_t>, std::vector<const WeightSlot*>> sizes;
  for (const WeightSlot& slot : layout.slots()) {
    if (slot.matrices == 0) continue;
    sizes[{slot.shape[0], slot.shape[1] / slot.matrices}].push_back(&slot);
  }
  const Tensor momentum = PerMatrix(scalars.momentum);
  for (const auto& [size, slots] : sizes) {
    const auto gather = [&, &members = slots](const Tensor& rows) {
      std::vector<Tensor> parts;
      for (const WeightSlot* slot : members) parts.push_back(MatricesOf(*slot, rows));
      return torch::cat(parts, 1);  // [K, N, in, columns]
    };
    const Tensor now = gather(gradient);
    const Tensor mean = torch::lerp(now, gather(state.first_moment), momentum);
    const Tensor ahead = torch::lerp(now, mean, momentum);  // Nesterov
    const Tensor direction = Orthogonalize(ahead.flatten(0, 1)).view(ahead.sizes());
    const double scale =
        kAdamWRms * std::sqrt(static_cast<double>(std::max(size.first, size.second)));
    const Tensor weights = gather(state.weights) * (1 - PerMatrix(scalars.decay)) -
                           scale * PerMatrix(scalars.lr) * direction;
    int64_t first = 0;
    for (const WeightSlot* slot : slots) {
      MatricesOf(*slot, next.weights).copy_(weights.narrow(1, first, slot->matrices));
      MatricesOf(*slot, next.first_moment).copy_(mean.narrow(1, first, slot->matrices));
      MatricesOf(*slot, next.second_moment).copy_(MatricesOf(*slot, state.second_moment));
      first += slot->matrices;
    }
  }
}

}  // namespace pathsweep

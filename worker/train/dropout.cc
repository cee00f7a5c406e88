#include "worker/train/dropout.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "base/philox.h"
#include "worker/task/path_star.h"

namespace pathsweep {
namespace {

constexpr int kCallBits = 16;  // of a stream's index; a pass has fewer calls

void FillMask(const Dropout::Trial& trial, uint64_t call, float* mask, int64_t count) {
  PhiloxStream random(trial.seed, static_cast<uint32_t>(Stream::kDropout),
                      (static_cast<uint64_t>(trial.step) << kCallBits) + call);
  const auto kept = static_cast<float>(1 / (1 - trial.share));
  for (int64_t i = 0; i < count; ++i) mask[i] = random.Uniform() > trial.share ? kept : 0.0F;
}

}  // namespace

Dropout::Dropout(std::vector<Trial> trials) {
  if (std::ranges::any_of(trials, [](const Trial& trial) { return trial.share > 0; })) {
    trials_ = std::move(trials);
  }
}

torch::Tensor Dropout::Drop(const torch::Tensor& x) {
  if (!active()) return x;
  torch::Tensor mask = torch::empty(x.sizes(), torch::kFloat);
  const int64_t count = mask.numel() / mask.size(0);
  for (size_t k = 0; k < trials_.size(); ++k) {
    FillMask(trials_[k], calls_, mask.data_ptr<float>() + static_cast<int64_t>(k) * count, count);
  }
  ++calls_;
  return x * mask.to(x.device());
}

}  // namespace pathsweep

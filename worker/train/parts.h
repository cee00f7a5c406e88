// How the kernels of worker/cpu are called: the work of all trials on the threads that an operation
// may use.
#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>

namespace pathsweep {

using MaybeTensor = std::optional<torch::Tensor>;

inline bool HasCpuKernels(const torch::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat;
}

inline float* Data(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

// torch::autograd::Function::apply refuses undefined tensors.
inline MaybeTensor Maybe(const torch::Tensor& tensor) {
  return tensor.defined() ? MaybeTensor(tensor) : std::nullopt;
}
inline torch::Tensor Contiguous(const MaybeTensor& tensor) {
  return tensor ? tensor->contiguous() : torch::Tensor();
}

// A trial's weights of [K, 1, D].
inline const float* OfTrial(const torch::Tensor& weights, int64_t trial) {
  return weights.defined() ? weights.data_ptr<float>() + trial * weights.size(-1) : nullptr;
}

// Rows or examples first … end − 1 of one trial, by the part-th of the threads at it.
struct Part {
  int64_t trial;
  int64_t part;
  int64_t first;
  int64_t end;
};

// The work of all trials on the threads that an operation may use. The same parts whichever
// thread comes first.
class Parts {
 public:
  Parts(int64_t trials, int64_t items)
      : trials_(trials),
        items_(items),
        per_trial_(std::min<int64_t>(items, at::get_num_threads())) {}

  void Run(const std::function<void(const Part&)>& work) const {
    at::parallel_for(0, trials_ * per_trial_, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t part = i % per_trial_;
        work({i / per_trial_, part, items_ * part / per_trial_, items_ * (part + 1) / per_trial_});
      }
    });
  }

  // Zeros to which each part adds its share of a gradient by weights [K, 1, size]…
  torch::Tensor Sums(int64_t size) const { return torch::zeros({trials_, per_trial_, size}); }
  // Null if they are undefined.
  static float* OfPart(const torch::Tensor& sums, const Part& part) {
    if (!sums.defined()) return nullptr;
    return sums.data_ptr<float>() + (part.trial * sums.size(1) + part.part) * sums.size(2);
  }
  // … and the gradient.
  static torch::Tensor Total(const torch::Tensor& sums) {
    return !sums.defined() || sums.size(1) == 1 ? sums : sums.sum(1, /*keepdim=*/true);
  }

 private:
  const int64_t trials_;
  const int64_t items_;
  const int64_t per_trial_;
};

inline int64_t RowsOf(const torch::Tensor& x) { return x.size(1) * x.size(2); }

}  // namespace pathsweep

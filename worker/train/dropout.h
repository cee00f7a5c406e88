// Dropout whose masks are drawn by counters: those of a trial's step are always the same, whichever
// device it trains on, with whom, and whether or not it was resumed.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace pathsweep {

// The masks of one forward pass. Not thread safe.
class Dropout {
 public:
  struct Trial {
    uint64_t seed;
    int64_t step;  // counted from 1
    double share;  // to drop
  };

  // Drops nothing.
  Dropout() = default;
  // Of the K trials of the pass.
  explicit Dropout(std::vector<Trial> trials);

  bool active() const { return !trials_.empty(); }

  // x [K, B, T, D] with a share of its values 0, and the others divided by what is left. The first
  // call of a pass has another mask than the second.
  torch::Tensor Drop(const torch::Tensor& x);

 private:
  std::vector<Trial> trials_;  // none, if none of them drops anything
  uint64_t calls_ = 0;
};

}  // namespace pathsweep

#include "coordinator/analysis/variance_shares.h"

#include <algorithm>
#include <utility>

#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

// The variance of the means of the cells.
double VarianceOfMeans(absl::Span<const double> values, double mean,
                       const std::vector<uint32_t>& cells, int64_t count) {
  std::vector<double> sums(count, 0.0);
  for (size_t config = 0; config < values.size(); ++config) {
    sums[cells[config]] += values[config] - mean;
  }
  const double per_cell = static_cast<double>(values.size()) / static_cast<double>(count);
  double squares = 0;
  for (double sum : sums) squares += sum / per_cell * (sum / per_cell);
  return squares / static_cast<double>(count);
}

}  // namespace

Factorial::Factorial(std::vector<int64_t> sizes, size_t order) : sizes_(std::move(sizes)) {
  for (int64_t size : sizes_) configs_ *= size;
  for (size_t size = 1; size <= std::min(order, sizes_.size()); ++size) AddSets(size);
}

void Factorial::AddSets(size_t size) {
  // A mask of `size` ones goes through all its permutations.
  std::vector<bool> mask(sizes_.size(), false);
  std::fill_n(mask.begin(), size, true);
  do {
    std::vector<size_t> axes;
    int64_t count = 1;
    for (size_t axis = 0; axis < mask.size(); ++axis) {
      if (!mask[axis]) continue;
      axes.push_back(axis);
      count *= sizes_[axis];
    }
    std::vector<uint32_t> cells(configs_, 0);
    int64_t run = configs_;  // consecutive configs that share a digit of the axis
    for (size_t axis = 0; axis < mask.size(); ++axis) {
      run /= sizes_[axis];
      if (!mask[axis]) continue;
      for (int64_t config = 0; config < configs_; ++config) {
        cells[config] =
            static_cast<uint32_t>(cells[config] * sizes_[axis] + config / run % sizes_[axis]);
      }
    }
    std::vector<size_t> subsets;
    for (size_t set = 0; set < sets_.size(); ++set) {
      if (sets_[set].size() < size && std::ranges::includes(axes, sets_[set])) {
        subsets.push_back(set);
      }
    }
    sets_.push_back(std::move(axes));
    cells_.push_back(std::move(cells));
    cell_counts_.push_back(count);
    subsets_.push_back(std::move(subsets));
  } while (std::prev_permutation(mask.begin(), mask.end()));
}

int64_t Factorial::DegreesOfFreedom(size_t set) const {
  int64_t degrees = 1;
  for (size_t axis : sets_[set]) degrees *= sizes_[axis] - 1;
  return degrees;
}

std::vector<double> Factorial::Shares(absl::Span<const double> values) const {
  const double mean = Mean(values);
  const double variance = SquaredDeviations(values, mean) / static_cast<double>(values.size());
  std::vector<double> shares;
  for (size_t set = 0; set < sets_.size(); ++set) {
    double share = 0;
    if (variance > 0) {
      share = VarianceOfMeans(values, mean, cells_[set], cell_counts_[set]) / variance;
    }
    for (size_t subset : subsets_[set]) share -= shares[subset];
    shares.push_back(share);
  }
  return shares;
}

}  // namespace pathsweep

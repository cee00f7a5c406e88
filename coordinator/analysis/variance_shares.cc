#include "coordinator/analysis/variance_shares.h"

#include <numeric>
#include <utility>

namespace pathsweep {

Factorial::Factorial(std::vector<int64_t> sizes, std::vector<double> values)
    : sizes_(std::move(sizes)), values_(std::move(values)) {
  const auto n = static_cast<double>(values_.size());
  mean_ = std::accumulate(values_.begin(), values_.end(), 0.0) / n;
  for (double value : values_) variance_ += (value - mean_) * (value - mean_) / n;
}

double Factorial::Share(absl::Span<const size_t> axes) const {
  if (variance_ == 0) return 0;
  // Inclusion and exclusion over the subsets.
  double explained = 0;
  for (uint32_t subset = 1; subset < (uint32_t{1} << axes.size()); ++subset) {
    std::vector<size_t> some;
    for (size_t i = 0; i < axes.size(); ++i) {
      if ((subset >> i & 1) != 0) some.push_back(axes[i]);
    }
    const bool even = (axes.size() - some.size()) % 2 == 0;
    explained += (even ? 1 : -1) * VarianceOfMeans(some);
  }
  return explained / variance_;
}

double Factorial::VarianceOfMeans(absl::Span<const size_t> axes) const {
  int64_t cells = 1;
  for (size_t axis : axes) cells *= sizes_[axis];
  std::vector<double> sums(cells, 0.0);
  std::vector<int64_t> digits(sizes_.size());
  for (size_t config = 0; config < values_.size(); ++config) {
    // The config's digits, and the cell that those of the axes count.
    auto rest = static_cast<int64_t>(config);
    for (size_t axis = sizes_.size(); axis-- > 0;) {
      digits[axis] = rest % sizes_[axis];
      rest /= sizes_[axis];
    }
    int64_t cell = 0;
    for (size_t axis : axes) cell = cell * sizes_[axis] + digits[axis];
    sums[cell] += values_[config] - mean_;
  }
  const auto per_cell = static_cast<double>(values_.size()) / static_cast<double>(cells);
  double variance = 0;
  for (double sum : sums) variance += sum / per_cell * (sum / per_cell);
  return variance / static_cast<double>(cells);
}

}  // namespace pathsweep

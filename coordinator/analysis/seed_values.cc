#include "coordinator/analysis/seed_values.h"

#include <algorithm>

namespace pathsweep {

SeedValues::SeedValues(size_t configs, absl::Span<const Row> rows)
    : begins_(configs + 1, 0), values_(rows.size()) {
  for (const Row& row : rows) ++begins_[row.config + 1];
  for (size_t config = 0; config < configs; ++config) begins_[config + 1] += begins_[config];
  std::vector<size_t> next(begins_.begin(), begins_.end() - 1);
  for (const Row& row : rows) values_[next[row.config]++] = row.value;
  for (size_t config = 0; config < configs; ++config) {
    std::ranges::sort(values_.begin() + static_cast<int64_t>(begins_[config]),
                      values_.begin() + static_cast<int64_t>(begins_[config + 1]), {},
                      &SeedValue::seed);
  }
}

}  // namespace pathsweep

// What the seeds of each config brought, for one metric.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace pathsweep {

struct SeedValue {
  int64_t trial = 0;
  int64_t seed = 0;
  std::optional<double> value;  // at the trial's end; none without a result
};

// Immutable; thread safe.
class SeedValues {
 public:
  struct Row {
    size_t config = 0;
    SeedValue value;
  };

  // Requires configs below `configs`.
  SeedValues(size_t configs, absl::Span<const Row> rows);

  // In order of seed.
  absl::Span<const SeedValue> Of(size_t config) const {
    return absl::MakeConstSpan(values_).subspan(begins_[config],
                                                begins_[config + 1] - begins_[config]);
  }

 private:
  std::vector<size_t> begins_;  // of each config among the values, and their end
  std::vector<SeedValue> values_;
};

}  // namespace pathsweep

// The configs of a sweep as columns: the parameters in which they differ, the distinct values of
// each, and which of them each config has. What is asked of a million configs is asked of small
// integers.
//
//   ConfigColumns configs({grid});
//   configs.At(7);                    // all parameters of config 7
//   configs.Find("lr")->at[7];        // the place of its learning rate among the values tried
//
// Immutable; thread safe.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/grid.h"
#include "base/trial_parameters.h"

namespace pathsweep {

struct ConfigColumn {
  const ParameterSpec* spec;
  std::vector<ParameterValue> values;  // distinct, in ascending order
  std::vector<uint32_t> at;            // of each config, among the values

  const ParameterValue& ValueOf(size_t config) const { return values[at[config]]; }
};

class ConfigColumns {
 public:
  // Those of the first grid in the order of ConfigAt, then those of the next. Requires at least one
  // grid; the seeds do not count.
  explicit ConfigColumns(absl::Span<const Grid> grids);

  size_t size() const { return size_; }
  // What all configs have in common; the columns' parameters are arbitrary.
  const TrialParameters& common() const { return common_; }
  const std::vector<ConfigColumn>& columns() const { return columns_; }
  // Null if all configs have the same value.
  const ConfigColumn* Find(absl::string_view parameter) const;

  TrialParameters At(size_t config) const;

  // A number for each of the configs; two have the same if they agree in these of the columns.
  std::vector<uint64_t> GroupsBy(absl::Span<const size_t> configs,
                                 absl::Span<const ConfigColumn* const> columns) const;
  // The same, if they agree in all columns but `except`, which may be null.
  std::vector<uint64_t> GroupsWithout(absl::Span<const size_t> configs,
                                      const ConfigColumn* except) const;

 private:
  TrialParameters common_;
  std::vector<ConfigColumn> columns_;
  size_t size_ = 0;
};

// The numbers become 0, 1, … in the same order; how many there are. Requires numbers below `end`.
uint64_t Compress(std::vector<uint64_t>& numbers, uint64_t end);

}  // namespace pathsweep

// A grid of configs, computed instead of stored: config number i is read off i.
//
//   Grid grid;
//   grid.axes = {{"lr", {1e-3, 3e-3}}, {"depth", {int64_t{2}, int64_t{4}}}};
//   grid.seeds = {1, 2, 3};
//   CheckGrid(grid);      // OK
//   CountTrials(grid);    // 12
//   ConfigAt(grid, 1);    // lr 1e-3, depth 4
//
// Pure values and functions; thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/trial_parameters.h"

namespace pathsweep {

inline constexpr int64_t kMaxTrialsPerSweep = 10'000'000;

// A parameter and the values it takes, in the order of the sweep file.
struct GridAxis {
  std::string name;
  std::vector<ParameterValue> values;

  bool operator==(const GridAxis&) const = default;
};

struct Grid {
  TrialParameters fixed;
  std::vector<GridAxis> axes;
  std::vector<int64_t> seeds = {1};

  bool operator==(const Grid&) const = default;
};

// Configs times seeds. ResourceExhausted names the count and the limit if it is above
// kMaxTrialsPerSweep.
absl::StatusOr<int64_t> CountTrials(const Grid& grid);

// Product of the axes' sizes. Requires that CountTrials is OK.
int64_t ConfigCount(const Grid& grid);

// The axes count like digits, the last one fastest. Requires CheckGrid and
// 0 <= config < ConfigCount.
TrialParameters ConfigAt(const Grid& grid, int64_t config);

// Everything that must hold before a grid runs: known parameters, each once; values in
// range and of the parameter's type, none twice; seeds that are not negative, none
// twice; a permitted number of trials; and CheckTogether for every config.
absl::Status CheckGrid(const Grid& grid);

// The axis's values in the parameter's own type. InvalidArgument for an unknown
// parameter, an empty axis, a value out of range or one that stands twice.
absl::StatusOr<GridAxis> CheckAxis(const GridAxis& axis);

}  // namespace pathsweep

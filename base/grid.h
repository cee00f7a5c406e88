// A grid of configs, computed instead of stored: config number i is read off i.
//
//   Grid grid;
//   grid.axes = {{"lr", {1e-3, 3e-3}}, {"depth", {int64_t{2}, int64_t{4}}}};
//   grid.seeds = {1, 2, 3};
//   CheckGrid(grid);      // OK
//   CountTrials(grid);    // 12
//   ConfigAt(grid, 1);    // lr 1e-3, depth 4
//
// Parameters that do not vary freely (they were sampled, coupled, or had to fit a condition) are
// joint: a list of points, each with a value for every one of them.
//
// Pure values and functions; thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

// Parameters that change together. Copies share the points.
class JointAxis {
 public:
  using Point = std::vector<ParameterValue>;

  JointAxis(std::vector<std::string> names, std::vector<Point> points);

  const std::vector<std::string>& names() const { return names_; }
  // Each has a value for every name.
  const std::vector<Point>& points() const { return *points_; }

  bool operator==(const JointAxis& other) const;

 private:
  std::vector<std::string> names_;
  std::shared_ptr<const std::vector<Point>> points_;
};

inline constexpr size_t kMostPoints = 100'000;

struct Grid {
  TrialParameters fixed;
  std::vector<JointAxis> joint = {};
  std::vector<GridAxis> axes;
  std::vector<int64_t> seeds = {1};

  bool operator==(const Grid&) const = default;
};

// Configs times seeds. ResourceExhausted names the count and the limit if it is above
// kMaxTrialsPerSweep.
absl::StatusOr<int64_t> CountTrials(const Grid& grid);

// Product of the axes' sizes. Requires that CountTrials is OK.
int64_t ConfigCount(const Grid& grid);

// The axes count like digits, the joint ones first and the last of the others fastest. Requires
// CheckGrid and 0 <= config < ConfigCount.
TrialParameters ConfigAt(const Grid& grid, int64_t config);

// The parameters of its axes, the joint ones first.
std::vector<std::string> VariedNames(const Grid& grid);

// The values of a parameter in the grid: of its axis, distinct ones of a joint axis, or its fixed
// one.
std::vector<ParameterValue> ValuesOf(const Grid& grid, const ParameterSpec& spec);

// Everything that must hold before a grid runs: known parameters, each once; values and points in
// range and of the parameter's type, none twice; seeds that are not negative, none
// twice; a permitted number of trials; and CheckTogether for every config.
absl::Status CheckGrid(const Grid& grid);

// The part of it that says nothing of the number of trials, nor of what goes together.
absl::Status CheckAxes(const Grid& grid);

// The axis's values in the parameter's own type. InvalidArgument for an unknown
// parameter, an empty axis, a value out of range or one that stands twice.
absl::StatusOr<GridAxis> CheckAxis(const GridAxis& axis);

// The same of a joint axis and its points.
absl::StatusOr<JointAxis> CheckAxis(const JointAxis& axis);

}  // namespace pathsweep

// What a sweep file says of its space, and the axes that come of it: free ones, and joint ones for
// parameters that are sampled, coupled (`zip`), conditional (`when`), computed (`derive`) or
// restricted together (`constraints`). The coordinator gets points, and no formula to compute.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/distribution.h"
#include "base/expression.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/problems.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

struct Formula {
  Expression expression;
  Place place;
};

struct SpaceParameter {
  const ParameterSpec* spec;
  Place place;
  // One value, a list, or a distribution.
  std::variant<ParameterValue, std::vector<ParameterValue>, Distribution> values;
  // Of a list in a sampled space: every sample runs with every value.
  bool cross = false;
  // Where it does not hold, the parameter has its default.
  std::optional<Formula> when = std::nullopt;
};

struct SearchSpace {
  enum class Method { kGrid, kRandom, kSobol, kTpe, kGp, kFalsify };
  Method method = Method::kGrid;
  Place place;                             // of the section
  std::vector<SpaceParameter> parameters;  // in the file's order
  // Lists whose first values go together, and their second ones, …
  std::vector<std::pair<std::vector<std::string>, Place>> zips;
  std::vector<Formula> constraints;                               // all hold
  std::vector<std::pair<const ParameterSpec*, Formula>> derived;  // computed one after the other
  int64_t run_cap = 0;      // configs at most; 0 = all of a grid, or kDefaultSamples
  bool minimize = false;    // of tpe and gp: the lowest value of the metric is the best
  std::string claim;        // of falsify
  int64_t fresh_seeds = 5;  // likewise
  uint64_t sampler_seed = 1;
};

inline constexpr int64_t kDefaultSamples = 100;

// Adds the space to the spec: `fixed`, `axes` and `joint` or `search`. What contradicts itself
// becomes a problem, what a user may not expect a notice.
void AddSpace(const SearchSpace& space, v1::SweepSpec& spec, Problems& problems,
              std::vector<std::string>& notices);

}  // namespace pathsweep

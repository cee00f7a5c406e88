// More values and seeds for a sweep that exists. Its trials stay what they are; what is added
// comes after them, in blocks that are grids again:
//
//   the new seeds, with every config that there is;
//   more seeds for some configs alone;
//   for each parameter its new values, with all values of the others and all seeds;
//   new points of the parameters that change together, likewise.
//
// So no (config, seed) is there twice, however often and in whichever order a sweep grows.
// Pure.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/domain/sweep.h"

namespace pathsweep {

// Seeds for some configs, which have none of them yet.
struct MoreSeeds {
  std::vector<int64_t> configs;  // of the sweep's, by number, in ascending order
  std::vector<int64_t> seeds;

  bool operator==(const MoreSeeds&) const = default;
};

// What a sweep has of it already adds nothing.
struct Extension {
  // Also of parameters that had one value so far.
  std::vector<GridAxis> axes;
  std::vector<int64_t> seeds;
  std::vector<MoreSeeds> more_seeds = {};
  // Of the sweep's only joint axis, its parameters in any order.
  std::optional<JointAxis> points = std::nullopt;
  // The sweep's search has found no other point to try: it ends with those that there are.
  bool ends_search = false;

  bool operator==(const Extension&) const = default;
};

// The sweep with the extension, whose trials have the ids from `first_trial` on. InvalidArgument
// or ResourceExhausted where CheckGrid says so; FailedPrecondition for new seeds of a sweep that
// chooses its own, and for points of one that has no such parameters.
absl::StatusOr<Sweep> Extend(Sweep sweep, const Extension& extension, TrialId first_trial);

// The trials of each of the points, with the seeds of the grid; none of a point that the sweep has
// not. Requires points that have passed CheckAxis, of the sweep's only joint axis.
std::vector<std::vector<TrialId>> TrialsOfPoints(const Sweep& sweep, const JointAxis& points);

}  // namespace pathsweep

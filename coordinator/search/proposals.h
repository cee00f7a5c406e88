// The points that a search proposes: at first some at random, then by what came of those before (of
// a falsification some at random all the same, and all where that foretells nothing).
//
// Pure; the same for the same search and results.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "base/grid.h"
#include "coordinator/domain/search.h"
#include "coordinator/search/search_pool.h"

namespace pathsweep {

// The joint axis that the grid of the search has at first; `beside` is the rest of the grid.
// InvalidArgument if hardly any point goes together with it.
absl::StatusOr<JointAxis> FirstPoints(const Search& search, const Grid& beside);

class Proposals {
 public:
  // `grid` is that of the sweep, with the points chosen by now. Both must outlive the object.
  Proposals(const Search& search, const Grid& grid);

  // What came of each point of the grid: a loss, or none yet. In the order of the grid. Returns new
  // points, `wanted` at most; fewer than wanted: there is hardly another one.
  std::vector<JointAxis::Point> Next(const std::vector<std::optional<double>>& losses,
                                     size_t wanted);

 private:
  bool MayPropose(const SearchPool::Choice& choice) const;
  // The next point is one at random. What breaks a claim may lie where nothing points to it, so a
  // falsification relies on what it has seen only where that foretells something, and not always.
  bool Explores(double foretold) const;

  const Search& search_;
  const Grid& grid_;
  const SearchPool pool_;
  std::set<SearchPool::Choice> chosen_;
};

}  // namespace pathsweep

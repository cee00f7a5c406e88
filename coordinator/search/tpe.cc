#include "coordinator/search/tpe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "coordinator/search/parzen_density.h"

namespace pathsweep {
namespace {

constexpr size_t kMostGood = 25;
constexpr size_t kCandidates = 24;

using Choice = SearchPool::Choice;

// The points seen that are good, and the rest with the pending ones; each in order of time.
struct Split {
  std::vector<Choice> good;
  std::vector<Choice> bad;
};

Split SplitPoints(absl::Span<const Observation> seen, absl::Span<const Choice> pending) {
  std::vector<size_t> order(seen.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](size_t i) { return seen[i].loss; });
  const size_t good =
      std::min(static_cast<size_t>(std::ceil(0.1 * static_cast<double>(seen.size()))), kMostGood);
  std::ranges::sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(good));
  std::ranges::sort(order.begin() + static_cast<ptrdiff_t>(good), order.end());
  Split split;
  for (size_t i = 0; i < order.size(); ++i) {
    (i < good ? split.good : split.bad).push_back(seen[order[i]].point);
  }
  split.bad.insert(split.bad.end(), pending.begin(), pending.end());
  return split;
}

}  // namespace

std::optional<Choice> ProposeByTpe(const SearchPool& pool, absl::Span<const Observation> seen,
                                   absl::Span<const Choice> pending, const MayPropose& may,
                                   PhiloxStream& random) {
  const Split split = SplitPoints(seen, pending);
  const ParzenDensity good(pool, split.good), bad(pool, split.bad);
  std::optional<Choice> best;
  double highest = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < kCandidates; ++i) {
    Choice point = good.Draw(random);
    const double score = good.LogAt(point) - bad.LogAt(point);
    if (score <= highest || !may(point)) continue;
    highest = score;
    best = std::move(point);
  }
  return best;
}

}  // namespace pathsweep

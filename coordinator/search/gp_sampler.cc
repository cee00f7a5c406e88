#include "coordinator/search/gp_sampler.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace pathsweep {
namespace {

using Choice = SearchPool::Choice;

constexpr size_t kMostBest = 60;
constexpr size_t kMostNewest = 60;
constexpr size_t kMostPending = 100;
constexpr size_t kGood = 5;
// Points that are looked at: anywhere, and near the good ones. Few, or where nothing but noise is
// seen yet the edges of the space would be chosen, where a process knows the least.
constexpr int kAnywhere = 10;
constexpr int kNear = 50;

std::vector<Observation> Sorted(absl::Span<const Observation> seen) {
  std::vector<Observation> sorted(seen.begin(), seen.end());
  std::ranges::stable_sort(sorted, {}, &Observation::loss);
  return sorted;
}

std::vector<Observation> BestAndNewest(absl::Span<const Observation> seen) {
  const size_t newest = std::min(seen.size(), kMostNewest);
  std::vector<Observation> some = Sorted(seen.first(seen.size() - newest));
  some.resize(std::min(some.size(), kMostBest));
  some.insert(some.end(), seen.end() - static_cast<ptrdiff_t>(newest), seen.end());
  return some;
}

std::vector<Choice> Best(absl::Span<const Observation> seen) {
  std::vector<Choice> best;
  for (const Observation& one : Sorted(seen)) {
    if (best.size() < kGood) best.push_back(one.point);
  }
  return best;
}

double ExpectedImprovement(const GaussianProcess::Belief& belief, double best) {
  const boost::math::normal normal;
  const double z = (best - belief.mean) / belief.deviation;
  if (!std::isfinite(z)) return 0;
  return (best - belief.mean) * cdf(normal, z) + belief.deviation * pdf(normal, z);
}

}  // namespace

GpSampler::GpSampler(const SearchPool& pool, absl::Span<const Observation> seen)
    : pool_(pool), good_(Best(seen)), near_(pool, good_), process_(pool, BestAndNewest(seen)) {}

std::optional<Choice> GpSampler::Propose(absl::Span<const Choice> pending, const MayPropose& may,
                                         PhiloxStream& random) const {
  if (pending.size() > kMostPending) pending = pending.last(kMostPending);
  const GaussianProcess process = process_.With(pending);
  double lowest = std::numeric_limits<double>::infinity();
  for (const Choice& one : good_) lowest = std::min(lowest, process.At(one).mean);
  std::optional<Choice> best;
  double most = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < kAnywhere + kNear; ++i) {
    Choice point = i < kAnywhere ? pool_.Draw(random) : near_.Draw(random);
    const double improvement = ExpectedImprovement(process.At(point), lowest);
    if (improvement <= most || !may(point)) continue;
    most = improvement;
    best = std::move(point);
  }
  return best;
}

}  // namespace pathsweep

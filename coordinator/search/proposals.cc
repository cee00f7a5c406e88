#include "coordinator/search/proposals.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/search/gp_sampler.h"
#include "coordinator/search/tpe.h"

namespace pathsweep {
namespace {

using Choice = SearchPool::Choice;

constexpr size_t kFirstPoints = 10;  // as Optuna has it
// Draws until it is believed that hardly a point goes together with the rest; fewer where each is
// to be tried with much.
constexpr int64_t kMostDraws = 10'000;
constexpr int64_t kLeastDraws = 100;
constexpr int64_t kMostTries = 1'000'000;
// Of a falsification. Of noise alone more is foretold in one search of five to eight after the
// first ten points, and hardly ever from forty on.
constexpr size_t kExploreEvery = 8;
constexpr double kLeastForetold = 0.2;
// Streams of random numbers.
constexpr uint32_t kFirst = 0;
constexpr uint32_t kNext = 1;

// The parameters' own conditions hold, with all that the grid has beside.
bool GoesTogether(const Grid& beside, const std::vector<std::string>& names,
                  const JointAxis::Point& point) {
  const Grid one{.fixed = beside.fixed, .joint = {JointAxis(names, {point})}, .axes = beside.axes};
  return CheckGrid(one).ok();
}

int64_t DrawsFor(const Grid& grid) {
  Grid beside = grid;
  beside.joint.clear();
  return std::clamp(kMostTries / ConfigCount(beside), kLeastDraws, kMostDraws);
}

}  // namespace

absl::StatusOr<JointAxis> FirstPoints(const Search& search, const Grid& beside) {
  const SearchPool pool(search.groups);
  const size_t wanted = std::min<size_t>(kFirstPoints, search.points);
  PhiloxStream random(search.seed, kFirst, 0);
  std::vector<JointAxis::Point> points;
  for (int64_t draw = DrawsFor(beside); draw > 0 && points.size() < wanted; --draw) {
    JointAxis::Point point = pool.PointOf(pool.Draw(random));
    if (std::ranges::find(points, point) != points.end()) continue;
    if (GoesTogether(beside, pool.names(), point)) points.push_back(std::move(point));
  }
  if (points.empty()) {
    return absl::InvalidArgumentError(
        "of many points of the space that were drawn none satisfies what parameters need of each "
        "other");
  }
  return JointAxis(pool.names(), std::move(points));
}

Proposals::Proposals(const Search& search, const Grid& grid)
    : search_(search), grid_(grid), pool_(search.groups) {
  for (const JointAxis::Point& point : grid.joint.front().points()) {
    if (const auto choice = pool_.Find(point)) chosen_.insert(*choice);
  }
}

bool Proposals::MayPropose(const Choice& choice) const {
  return !chosen_.contains(choice) && GoesTogether(grid_, pool_.names(), pool_.PointOf(choice));
}

bool Proposals::Explores(double foretold) const {
  return search_.method == Search::Method::kFalsify &&
         (foretold < kLeastForetold || chosen_.size() % kExploreEvery == 0);
}

std::vector<JointAxis::Point> Proposals::Next(const std::vector<std::optional<double>>& losses,
                                              size_t wanted) {
  std::vector<Observation> seen;
  std::vector<Choice> pending;
  const std::vector<JointAxis::Point>& known = grid_.joint.front().points();
  for (size_t i = 0; i < known.size(); ++i) {
    std::optional<Choice> choice = pool_.Find(known[i]);
    if (!choice) continue;
    if (losses[i]) {
      seen.push_back({*std::move(choice), *losses[i]});
    } else {
      pending.push_back(*std::move(choice));
    }
  }
  const auto may = [this](const Choice& choice) { return MayPropose(choice); };
  std::optional<GpSampler> process;
  if (search_.method != Search::Method::kTpe && seen.size() >= 2) process.emplace(pool_, seen);
  const bool falsifies = search_.method == Search::Method::kFalsify;
  const double foretold = process && falsifies ? process->process().ShareForetold() : 0;
  std::vector<JointAxis::Point> points;
  while (points.size() < wanted) {
    PhiloxStream random(search_.seed, kNext, chosen_.size());
    std::optional<Choice> next;
    if (!Explores(foretold)) {
      next = process ? process->Propose(pending, may, random)
                     : ProposeByTpe(pool_, seen, pending, may, random);
    }
    for (int64_t draw = DrawsFor(grid_); draw > 0 && !next; --draw) {
      Choice any = pool_.Draw(random);
      if (MayPropose(any)) next = std::move(any);
    }
    if (!next) break;
    chosen_.insert(*next);
    points.push_back(pool_.PointOf(*next));
    pending.push_back(*std::move(next));
  }
  return points;
}

}  // namespace pathsweep

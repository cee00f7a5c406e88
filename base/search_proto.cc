#include "base/search_proto.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/claim_proto.h"

namespace pathsweep {
namespace {

// Of those that a point is crossed with.
constexpr int64_t kMostConfigsOfAPoint = 1000;
// Each is chosen by all that came before.
constexpr int64_t kMostSearched = 5000;

absl::Status Problem(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Points times what they are crossed with times seeds.
absl::Status CheckTrials(int64_t points, const Grid& space) {
  Grid beside = space;
  beside.joint.clear();
  const absl::StatusOr<int64_t> per_point = CountTrials(beside);
  if (!per_point.ok()) return per_point.status();
  if (const int64_t configs = ConfigCount(beside); configs > kMostConfigsOfAPoint) {
    return Problem(absl::StrCat("each point of the search is crossed with ", configs,
                                " combinations, more than ", kMostConfigsOfAPoint));
  }
  if (*per_point <= kMaxTrialsPerSweep / points) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(points, " points with ", *per_point,
                                                   " trials each are more than the limit of ",
                                                   kMaxTrialsPerSweep, " trials"));
}

absl::Status CheckFalsified(const v1::SweepSpec& spec, const Grid& space,
                            const std::vector<Claim>& claims) {
  const v1::Search& search = spec.search();
  const auto claim = std::ranges::find(claims, search.claim(), &Claim::name);
  if (claim == claims.end()) {
    return Problem(
        absl::StrCat("`falsify` needs one of the sweep's claims, not `", search.claim(), "`"));
  }
  if (search.fresh_seeds() < 2 || search.fresh_seeds() > kMostSeeds) {
    return Problem(absl::StrCat("`fresh_seeds` must be from 2 to ", kMostSeeds, ", not ",
                                search.fresh_seeds()));
  }
  if (*std::ranges::max_element(space.seeds) > kHighestSeed) {
    return Problem(absl::StrCat("seeds above ", kHighestSeed, " leave no room for fresh ones"));
  }
  if (spec.most_seeds() > 0) {
    return Problem("`falsify` adds seeds by itself (`fresh_seeds`); leave `until: decided` away");
  }
  const auto* comparison = std::get_if<ComparisonClaim>(&claim->statement);
  if (comparison != nullptr &&
      std::ranges::find(space.axes, comparison->over, &GridAxis::name) == space.axes.end()) {
    return Problem(absl::StrCat("`falsify` of a comparison tries every point with both values of `",
                                comparison->over, "`; write `cross: true` at it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSearch(const v1::SweepSpec& spec, const Grid& space,
                         const std::vector<Claim>& claims) {
  const v1::Search& search = spec.search();
  if (search.points() < 1 || search.points() > kMostSearched) {
    return Problem(
        absl::StrCat("a search chooses 1 to ", kMostSearched, " points, not ", search.points()));
  }
  if (search.seed() < 0) return Problem("the seed of a search must be at least 0");
  if (absl::Status trials = CheckTrials(search.points(), space); !trials.ok()) return trials;
  switch (search.method()) {
    case v1::Search::METHOD_TPE:
    case v1::Search::METHOD_GP:
      return absl::OkStatus();
    case v1::Search::METHOD_FALSIFY:
      return CheckFalsified(spec, space, claims);
    default:
      return Problem("the method of a search is tpe, gp or falsify");
  }
}

}  // namespace pathsweep

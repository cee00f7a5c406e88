#include "coordinator/rpc/search_convert.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/claim_proto.h"

namespace pathsweep {
namespace {

absl::Status Problem(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Points times what they are crossed with times seeds.
absl::Status CheckTrials(const Search& search, const Grid& space) {
  Grid beside = space;
  beside.joint.clear();
  const absl::StatusOr<int64_t> per_point = CountTrials(beside);
  if (!per_point.ok()) return per_point.status();
  if (*per_point <= kMaxTrialsPerSweep / search.points) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(search.points, " points with ", *per_point,
                                                   " trials each are more than the limit of ",
                                                   kMaxTrialsPerSweep, " trials"));
}

v1::Search::Method ToProto(Search::Method method) {
  switch (method) {
    case Search::Method::kTpe:
      return v1::Search::METHOD_TPE;
    case Search::Method::kGp:
      return v1::Search::METHOD_GP;
    case Search::Method::kFalsify:
      break;
  }
  return v1::Search::METHOD_FALSIFY;
}

absl::Status CheckFalsified(const Search& search, const Grid& space, int64_t most_seeds,
                            const std::vector<Claim>& claims) {
  const auto claim = std::ranges::find(claims, search.claim, &Claim::name);
  if (claim == claims.end()) {
    return Problem(
        absl::StrCat("`falsify` needs one of the sweep's claims, not `", search.claim, "`"));
  }
  if (search.fresh_seeds < 2 || search.fresh_seeds > kMostSeeds) {
    return Problem(
        absl::StrCat("`fresh_seeds` must be from 2 to ", kMostSeeds, ", not ", search.fresh_seeds));
  }
  if (*std::ranges::max_element(space.seeds) > kHighestSeed) {
    return Problem(absl::StrCat("seeds above ", kHighestSeed, " leave no room for fresh ones"));
  }
  if (most_seeds > 0) {
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

absl::StatusOr<Search> SearchFromProto(const v1::SweepSpec& spec, const Grid& space,
                                       const std::vector<Claim>& claims) {
  const v1::Search& proto = spec.search();
  Search search{.groups = space.joint,
                .points = proto.points(),
                .seed = static_cast<uint64_t>(proto.seed()),
                .maximize = !proto.minimize(),
                .claim = proto.claim(),
                .fresh_seeds = proto.fresh_seeds()};
  if (proto.points() < 1 || proto.points() > static_cast<int64_t>(kMostPoints)) {
    return Problem(
        absl::StrCat("a search chooses 1 to ", kMostPoints, " points, not ", proto.points()));
  }
  if (proto.seed() < 0) return Problem("the seed of a search must be at least 0");
  if (absl::Status trials = CheckTrials(search, space); !trials.ok()) return trials;
  switch (proto.method()) {
    case v1::Search::METHOD_TPE:
      search.method = Search::Method::kTpe;
      return search;
    case v1::Search::METHOD_GP:
      search.method = Search::Method::kGp;
      return search;
    case v1::Search::METHOD_FALSIFY: {
      search.method = Search::Method::kFalsify;
      const absl::Status valid = CheckFalsified(search, space, spec.most_seeds(), claims);
      if (!valid.ok()) return valid;
      return search;
    }
    default:
      return Problem("the method of a search is tpe, gp or falsify");
  }
}

v1::Search ToProto(const Search& search) {
  v1::Search proto;
  proto.set_method(ToProto(search.method));
  proto.set_points(search.points);
  proto.set_seed(static_cast<int64_t>(search.seed));
  proto.set_minimize(!search.maximize);
  proto.set_claim(search.claim);
  proto.set_fresh_seeds(search.fresh_seeds);
  return proto;
}

}  // namespace pathsweep

#include "coordinator/rpc/search_convert.h"

#include "base/search_proto.h"

namespace pathsweep {
namespace {

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

}  // namespace

absl::StatusOr<Search> SearchFromProto(const v1::SweepSpec& spec, const Grid& space,
                                       const std::vector<Claim>& claims) {
  if (absl::Status valid = CheckSearch(spec, space, claims); !valid.ok()) return valid;
  const v1::Search& proto = spec.search();
  Search search{.groups = space.joint,
                .points = proto.points(),
                .seed = static_cast<uint64_t>(proto.seed()),
                .maximize = !proto.minimize(),
                .claim = proto.claim(),
                .fresh_seeds = proto.fresh_seeds()};
  if (proto.method() == v1::Search::METHOD_GP) search.method = Search::Method::kGp;
  if (proto.method() == v1::Search::METHOD_FALSIFY) search.method = Search::Method::kFalsify;
  return search;
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

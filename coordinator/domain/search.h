// How a sweep chooses its points while it runs: a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/grid.h"

namespace pathsweep {

struct Search {
  enum class Method {
    kTpe,      // looks for the best value of the sweep's metric
    kGp,       // the same with another sampler
    kFalsify,  // looks for configs that break a claim
  };
  Method method = Method::kTpe;
  // A point of the space has one point of each. The sweep's grid has a single joint axis, of all
  // their parameters, with the points that were chosen by now.
  std::vector<JointAxis> groups;
  int64_t points = 0;  // at most
  uint64_t seed = 1;
  // Of kTpe and kGp.
  bool maximize = true;
  // Of kFalsify: which one, and with how many seeds of its own a config that breaks it with those
  // of the grid is tried again. Those of the grid say nothing more of it then.
  std::string claim;
  int64_t fresh_seeds = 0;

  bool operator==(const Search&) const = default;
};

constexpr absl::string_view Name(Search::Method method) {
  switch (method) {
    case Search::Method::kTpe:
      return "tpe";
    case Search::Method::kGp:
      return "gp";
    case Search::Method::kFalsify:
      break;
  }
  return "falsify";
}

// Of a name that Name gives.
constexpr Search::Method SearchMethodFromName(absl::string_view name) {
  return name == "tpe"  ? Search::Method::kTpe
         : name == "gp" ? Search::Method::kGp
                        : Search::Method::kFalsify;
}

}  // namespace pathsweep

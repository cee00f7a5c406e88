// What samplers have in common: what they know, and what they may propose.
#pragma once

#include <functional>

#include "coordinator/search/search_pool.h"

namespace pathsweep {

struct Observation {
  SearchPool::Choice point;
  double loss;  // the lower, the better
};

// Which points may be proposed.
using MayPropose = std::function<bool(const SearchPool::Choice&)>;

}  // namespace pathsweep

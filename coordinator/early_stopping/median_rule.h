// The median rule (Golovin et al. 2017), of configs.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "coordinator/domain/early_stopping.h"
#include "coordinator/domain/steering.h"
#include "coordinator/early_stopping/progress.h"

namespace pathsweep {

// The trials of an open config end if, after as many evaluations as each of them has, the mean of
// their best values is worse than the median of what the other configs that are as far have on
// average up to there: at least three.
std::vector<TrialStop> BelowMedian(const MedianRule& rule, bool maximize,
                                   absl::Span<const ConfigProgress> configs);

}  // namespace pathsweep

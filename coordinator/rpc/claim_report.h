// What a sweep's results say of a claim, as a message.
#pragma once

#include <cstddef>

#include "base/claim.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/seed_values.h"
#include "pathsweep/v1/claim.pb.h"

namespace pathsweep {

// With so many config verdicts at most; `looks` is as in Judge.
v1::ClaimReport ReportOn(const Claim& claim, const ConfigColumns& configs, const SeedValues& values,
                         size_t looks, size_t max_verdicts);

// What a search for configs that break the claim has tried; `values` are those of its seeds.
void AddSearch(const Claim& claim, const ConfigColumns& configs, const SeedValues& values,
               v1::ClaimReport& report);

}  // namespace pathsweep

// Seeds where they are needed: configs that a claim is undecided about get more, the others do not.
//
// A config is looked at after a few seeds, then after half as many again, and so on up to the most
// that it may have. Looking several times gives luck several chances, so each p-value is multiplied
// by the number of looks (Bonferroni) before it is adjusted for the many configs: then it is valid
// at whichever look the config stops, and the false discovery rate holds as if there were one look.
//
//   SeedRule rule{.least = 3, .most = 12};
//   LooksOf(rule);                                            // 3, 5, 8, 12
//   Judge(claim, samples, LooksOf(rule).size());
//   AddWantedSeeds(rule, samples, verdicts, values, wanted);  // those that go on to the next look
//
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/seed_values.h"

namespace pathsweep {

struct SeedRule {
  int64_t least = 2;
  int64_t most = 2;
};

// The numbers of seeds at which a config is looked at, the least first and the most last.
std::vector<int64_t> LooksOf(const SeedRule& rule);

// Adds to `wanted` how many seeds each config should have that a claim is undecided about: as many
// as at the next look; none where no seed has a value. Requires a verdict for each sample.
void AddWantedSeeds(const SeedRule& rule, absl::Span<const ClaimSample> samples,
                    absl::Span<const ConfigVerdict> verdicts, const SeedValues& values,
                    std::map<size_t, int64_t>& wanted);

}  // namespace pathsweep

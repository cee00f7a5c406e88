// Rules that look at one trial alone.
#pragma once

#include <optional>

#include "absl/types/span.h"
#include "coordinator/domain/early_stopping.h"
#include "coordinator/domain/steering.h"

namespace pathsweep {

// `exact_match` are its values after each evaluation.
std::optional<StopOrder> StopIfSolved(const SolvedRule& rule, absl::Span<const double> exact_match,
                                      double solved_at);

std::optional<StopOrder> StopOnPlateau(const PlateauRule& rule, bool maximize,
                                       absl::Span<const double> values);

}  // namespace pathsweep

// A claim in words.
#pragma once

#include <string>

#include "pathsweep/v1/claim.pb.h"

namespace pathsweep {

// "exact_match ≥ 0.95 where objective = reverse"
std::string StatementText(const v1::Claim& claim);

}  // namespace pathsweep

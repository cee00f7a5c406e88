// Which configs are meant, as a command line says it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pathsweep/v1/claim.pb.h"

namespace pathsweep {

// Of `NAME=VALUE` each. InvalidArgument says what is no such text, parameter or value.
absl::StatusOr<std::vector<v1::ClaimCondition>> ConditionsFromText(
    const std::vector<std::string>& texts);

}  // namespace pathsweep

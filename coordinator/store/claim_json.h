// Claims as JSON text of the store. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/status/statusor.h"
#include "base/claim.h"

namespace pathsweep {

nlohmann::ordered_json ValueToJson(const ParameterValue& value);
ParameterValue ValueFromJson(const nlohmann::ordered_json& json);

nlohmann::ordered_json ClaimsToJson(const std::vector<Claim>& claims);

// Claims that have passed CheckClaim. Throws nlohmann's exceptions for another shape.
absl::StatusOr<std::vector<Claim>> ClaimsFromJson(const nlohmann::ordered_json& json);

}  // namespace pathsweep

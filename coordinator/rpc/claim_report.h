// What a sweep's results say of claims, as a message.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// The claims of the request, or the sweep's own. `cancelled` is asked before each. InvalidArgument
// or NotFound for claims that cannot be asked, Cancelled.
absl::StatusOr<v1::GetClaimsResponse> ClaimsOf(const Sweep& sweep,
                                               const v1::GetClaimsRequest& request,
                                               ResultsReader& reader,
                                               const std::function<bool()>& cancelled);

}  // namespace pathsweep

// Learning curves out of the database, as a message.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// InvalidArgument of a parameter or value that there is not, and of a metric that no trial
// measured; ResourceExhausted if the answer would be too large.
absl::StatusOr<v1::Curves> CurvesOf(const Sweep& sweep, const v1::GetCurvesRequest& request,
                                    ResultsReader& reader);

}  // namespace pathsweep

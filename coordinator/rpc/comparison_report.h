// Two parts of a sweep against each other, out of the database, as a message.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// InvalidArgument as CompareInPairs', and of a metric that no trial measured.
absl::StatusOr<v1::PairedComparison> ComparisonOf(const Sweep& sweep,
                                                  const v1::GetComparisonRequest& request,
                                                  ResultsReader& reader);

}  // namespace pathsweep

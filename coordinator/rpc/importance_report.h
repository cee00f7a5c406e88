// Which parameters matter to a metric, out of the database, as a message.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// InvalidArgument of a metric that no trial measured.
absl::StatusOr<v1::Importance> ImportanceOf(const Sweep& sweep,
                                            const v1::GetImportanceRequest& request,
                                            ResultsReader& reader);

}  // namespace pathsweep

// What `submit` prints.
#pragma once

#include "absl/status/statusor.h"
#include "client/views/report.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// The sweep's name, number and trials.
Report SubmissionReport(const v1::Sweep& sweep);

// The number of trials and the first few, without a coordinator.
absl::StatusOr<Report> DryRunReport(const v1::SweepSpec& spec);

}  // namespace pathsweep

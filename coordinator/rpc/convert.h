// Between the protocol's messages and the domain's values. What comes in is validated
// here and nowhere else; the domain trusts what it gets.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/effects.h"
#include "coordinator/analysis/interval.h"
#include "coordinator/domain/state.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep.pb.h"
#include "pathsweep/v1/sweep_service.pb.h"
#include "pathsweep/v1/worker_service.pb.h"

namespace pathsweep {

// InvalidArgument says what is wrong and what to write instead; ResourceExhausted that
// the grid is too large.
absl::StatusOr<SweepSpec> FromProto(const v1::SweepSpec& proto);
// InvalidArgument says which value is wrong. Whether it fits the sweep is left to the domain.
absl::StatusOr<Extension> FromProto(const v1::ExtendSweepRequest& proto);
// FailedPrecondition for another protocol version, InvalidArgument for a malformed report.
absl::StatusOr<WorkerReport> FromProto(const v1::WorkerReport& proto);

v1::Sweep ToProto(const Sweep& sweep);
// Without the grid, which may have a million seeds.
v1::Sweep SummaryToProto(const Sweep& sweep);
v1::Trial ToProto(const TrialRecord& trial);
v1::Attempt ToProto(const AttemptRecord& attempt);
v1::Environment ToProto(const EnvironmentRecord& environment);
v1::Measurement ToProto(const Measurement& measurement);
v1::Worker ToProto(const ConnectedWorker& worker, int running);
// Into an empty message, which may lie in an arena.
void ToProto(const Directive& directive, v1::Directive& proto);
v1::EarlyStops ToProto(const EarlyStops& stops);
v1::Estimate ToProto(const Estimate& estimate);
v1::Effects ToProto(const Effects& effects);
v1::Verdict ToProto(Verdict verdict);

}  // namespace pathsweep

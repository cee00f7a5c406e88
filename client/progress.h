// Follows a sweep until it ends.
//
// On a terminal one line is redrawn: a bar with done, running and failed trials, their
// rate and the time left. Elsewhere a line is written whenever the numbers change, ten
// seconds apart at least.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"
#include "client/environment.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// The sweep as it was when it ended. Cancelled if the user interrupts. A coordinator that
// goes away is waited for, two minutes at most.
absl::StatusOr<v1::Sweep> WatchSweep(Connection& connection, const std::string& sweep,
                                     Environment& environment);

// Nothing of the sweep runs or will: every trial has ended, and its claims are judged.
bool HasEnded(const v1::Sweep& sweep);

// "###----- 12/40 trials, 2 running, 0 failed, 3.1 trials/min, 9m left". `done_before` were
// done when watching began, `elapsed` ago.
std::string ProgressLine(const v1::TrialCounts& counts, int64_t done_before,
                         absl::Duration elapsed);

}  // namespace pathsweep

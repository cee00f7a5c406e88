// A sweep's trials, page by page: however many there are, one page is held at a time.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "client/connection.h"

namespace pathsweep {

// Hands every trial, in order, to `take`, whose error ends it. Cancelled if the user interrupts.
absl::Status ForEachTrial(Connection& connection, const std::string& sweep, Interrupts& interrupts,
                          const std::function<absl::Status(v1::Trial& trial)>& take);

}  // namespace pathsweep

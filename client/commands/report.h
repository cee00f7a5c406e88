// The page that `report` and `run --report` write.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"

namespace pathsweep {

struct ReportQuestion {
  std::string sweep;   // name or id
  std::string metric;  // empty: the sweep's
  std::string file;
};

// How many bytes it has.
absl::StatusOr<int64_t> WriteReportPage(Connection& connection, const ReportQuestion& question,
                                        absl::Time now);

}  // namespace pathsweep

// What `curves` and `plot curves` have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"

namespace pathsweep {

struct CurvesOptions {
  std::string metric;
  std::vector<std::string> by;
  std::vector<std::string> where;  // NAME=VALUE
};

// `options` is set when the line is parsed, and must live until then.
void AddCurvesOptions(CLI::App& command, CurvesOptions& options);

absl::StatusOr<v1::Curves> GetCurves(Connection& connection, const std::string& sweep,
                                     const CurvesOptions& options);

}  // namespace pathsweep

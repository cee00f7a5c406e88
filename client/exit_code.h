// What a script learns from sweepctl's exit code. docs/cli.md lists them.
#pragma once

#include "absl/status/status.h"

namespace pathsweep {

enum class ExitCode {
  kOk = 0,
  kFailure = 1,        // the command ran and did not succeed, or a trial failed
  kInvalidInput = 2,   // wrong arguments, or a file that is wrong or cannot be read
  kUnreachable = 3,    // no coordinator answers at the address
  kNotFound = 4,       // no such sweep or trial
  kInterrupted = 130,  // Ctrl-C
};

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace pathsweep

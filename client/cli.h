// sweepctl as a function: a command line in, text and an exit code out.
#pragma once

#include "client/environment.h"
#include "client/exit_code.h"

namespace pathsweep {

ExitCode RunCli(int argc, const char* const* argv, Environment& environment);

}  // namespace pathsweep

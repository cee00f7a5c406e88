// Request ids make a repeated submit harmless (proto/pathsweep/v1/sweep_service.proto).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// A random UUID: another submission every time.
std::string RandomRequestId();

// The same for the same spec, whatever its name, description and claims, which change no trial:
// submitting it again is submitting it once.
std::string RequestIdOf(v1::SweepSpec spec);

}  // namespace pathsweep

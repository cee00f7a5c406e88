// The `seeds` of a sweep file.
#pragma once

#include "client/sweep_file/problems.h"
#include "client/sweep_file/yaml_map.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// A count, a list, or {min: 3, max: 12, until: decided}.
void ParseSeeds(const YamlEntry& entry, v1::SweepSpec& spec, Problems& problems);

}  // namespace pathsweep

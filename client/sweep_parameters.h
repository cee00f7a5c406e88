// The `parameters` section of a sweep file.
#pragma once

#include <map>
#include <string>

#include "client/problems.h"
#include "client/yaml_map.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Where the file names each parameter.
using ParameterPlaces = std::map<std::string, Place>;

// Adds the section's parameters to the spec: `value` to `fixed`, `values` to `axes`.
// What is wrong becomes a problem and is left out.
void ParseParameters(const YamlEntry& section, v1::SweepSpec& spec, ParameterPlaces& places,
                     Problems& problems);

// Adds one parameter with one value to `fixed`.
void ParseFixedParameter(const YamlEntry& entry, v1::SweepSpec& spec, ParameterPlaces& places,
                         Problems& problems);

}  // namespace pathsweep

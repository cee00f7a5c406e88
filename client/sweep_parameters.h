// The `parameters` section of a sweep file.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/trial_parameters.h"
#include "client/problems.h"
#include "client/yaml_map.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Where the file names each parameter.
using ParameterPlaces = std::map<std::string, Place>;

// The node as a value of the parameter, in its own type; none, and a problem at `place`, if it is
// not one.
std::optional<ParameterValue> ParseParameterValue(const ParameterSpec& spec, const YAML::Node& node,
                                                  Place place, Problems& problems);

// Adds the section's parameters to the spec: `value` to `fixed`, `values` to `axes`.
// What is wrong becomes a problem and is left out.
void ParseParameters(const YamlEntry& section, v1::SweepSpec& spec, ParameterPlaces& places,
                     Problems& problems);

// Adds one parameter with one value to `fixed`.
void ParseFixedParameter(const YamlEntry& entry, v1::SweepSpec& spec, ParameterPlaces& places,
                         Problems& problems);

}  // namespace pathsweep

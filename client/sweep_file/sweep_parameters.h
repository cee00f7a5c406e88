// The `parameters` section of a sweep file.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/trial_parameters.h"
#include "client/sweep_file/problems.h"
#include "client/sweep_file/search_space.h"
#include "client/sweep_file/yaml_map.h"

namespace pathsweep {

// Where the file names each parameter.
using ParameterPlaces = std::map<std::string, Place>;

// The node as a value of the parameter, in its own type; none, and a problem at `place`, if it is
// not one.
std::optional<ParameterValue> ParseParameterValue(const ParameterSpec& spec, const YAML::Node& node,
                                                  Place place, Problems& problems);

// Adds the section's parameters to the space, whose method is known: each a value, a list or a
// distribution. What is wrong becomes a problem and is left out.
void ParseParameters(const YamlEntry& section, SearchSpace& space, ParameterPlaces& places,
                     Problems& problems);

// Adds one parameter with one value.
void ParseFixedParameter(const YamlEntry& entry, SearchSpace& space, ParameterPlaces& places,
                         Problems& problems);

}  // namespace pathsweep

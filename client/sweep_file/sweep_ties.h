// What ties parameters of a sweep file together: `zip`, `constraints` and `derive`.
#pragma once

#include "client/sweep_file/problems.h"
#include "client/sweep_file/search_space.h"
#include "client/sweep_file/yaml_map.h"

namespace pathsweep {

void ParseZip(const YamlEntry& entry, SearchSpace& space, Problems& problems);
void ParseConstraints(const YamlEntry& entry, SearchSpace& space, Problems& problems);
void ParseDerive(const YamlEntry& entry, SearchSpace& space, Problems& problems);

}  // namespace pathsweep

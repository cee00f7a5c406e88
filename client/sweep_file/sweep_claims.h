// The `claims` section of a sweep file.
#pragma once

#include <map>
#include <string>

#include "client/sweep_file/problems.h"
#include "client/sweep_file/yaml_map.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Where the file names each claim.
using ClaimPlaces = std::map<std::string, Place>;

// Adds the section's claims to the spec. What is wrong with the text of one becomes a problem and
// is left out; what only the whole shows is for ClaimsFromProto to find.
void ParseClaims(const YamlEntry& section, v1::SweepSpec& spec, ClaimPlaces& places,
                 Problems& problems);

}  // namespace pathsweep

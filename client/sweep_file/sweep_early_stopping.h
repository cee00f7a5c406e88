// The `early_terminate` section of a sweep file.
#pragma once

#include <string>
#include <vector>

#include "client/sweep_file/problems.h"
#include "client/sweep_file/yaml_map.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Adds the section's rules to the spec: one, as {type: hyperband, min_iter: 3}, or a list. What is
// wrong with the text of one becomes a problem; what has no meaning here a notice. Whether it says
// if `hyperband` pauses.
bool ParseEarlyStopping(const YamlEntry& section, v1::SweepSpec& spec, Problems& problems,
                        std::vector<std::string>& notices);

}  // namespace pathsweep

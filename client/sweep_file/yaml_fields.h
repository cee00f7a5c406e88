// Values of a YAML map that a user wrote, each of one type. What is not becomes a problem and none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/sweep_file/problems.h"
#include "client/sweep_file/yaml_map.h"

namespace pathsweep {

std::optional<std::string> TextFrom(const YamlEntry& entry, Problems& problems);

// A problem is false.
bool FlagFrom(const YamlEntry& entry, Problems& problems);

// In the range.
std::optional<double> RealFrom(const YamlEntry& entry, double lowest, double highest,
                               Problems& problems);
std::optional<int64_t> IntegerFrom(const YamlEntry& entry, int64_t lowest, int64_t highest,
                                   Problems& problems);

}  // namespace pathsweep

// Walks a YAML map that a user wrote.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/sweep_file/problems.h"

namespace pathsweep {

struct YamlEntry {
  std::string key;
  Place key_place;
  YAML::Node value;
  // Of the key if there is no value.
  Place value_place;
};

Place PlaceOf(const YAML::Mark& mark);
Place PlaceOf(const YAML::Node& node);

// Calls `visit` for each entry whose key is text and has not come before; the others
// become problems. Requires map.IsMap().
void ForEachEntry(const YAML::Node& map, Problems& problems,
                  const std::function<void(const YamlEntry&)>& visit);

// "unknown key `seed`, did you mean `seeds`?"
std::string UnknownKey(absl::string_view key, absl::Span<const absl::string_view> known);

}  // namespace pathsweep

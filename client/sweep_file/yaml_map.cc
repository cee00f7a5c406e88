#include "client/sweep_file/yaml_map.h"

#include <yaml-cpp/yaml.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "base/suggest.h"

namespace pathsweep {

Place PlaceOf(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

Place PlaceOf(const YAML::Node& node) { return PlaceOf(node.Mark()); }

void ForEachEntry(const YAML::Node& map, Problems& problems,
                  const std::function<void(const YamlEntry&)>& visit) {
  std::map<std::string, Place> seen;
  for (const auto& entry : map) {
    const Place place = PlaceOf(entry.first);
    if (!entry.first.IsScalar()) {
      problems.Add(place, "a key must be a name");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    const auto [first, is_new] = seen.emplace(key, place);
    if (!is_new) {
      problems.Add(place, absl::StrCat("`", key, "` stands here again, first in line ",
                                       first->second.line, "; keep one"));
      continue;
    }
    visit({key, place, entry.second, entry.second.IsNull() ? place : PlaceOf(entry.second)});
  }
}

std::string UnknownKey(absl::string_view key, absl::Span<const absl::string_view> known) {
  return absl::StrCat("unknown key `", key, "`", DidYouMean(key, known));
}

}  // namespace pathsweep

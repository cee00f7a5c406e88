#include "client/sweep_file/yaml_fields.h"

#include "absl/strings/str_cat.h"
#include "client/sweep_file/yaml_scalar.h"

namespace pathsweep {

std::optional<std::string> TextFrom(const YamlEntry& entry, Problems& problems) {
  if (entry.value.IsScalar() && !entry.value.Scalar().empty()) return entry.value.Scalar();
  problems.Add(entry.value_place, absl::StrCat("`", entry.key, "` must be a text"));
  return std::nullopt;
}

bool FlagFrom(const YamlEntry& entry, Problems& problems) {
  const std::optional<bool> flag = ScalarOf<bool>(entry.value);
  if (!flag) {
    problems.Add(entry.value_place, absl::StrCat("`", entry.key, "` must be true or false"));
  }
  return flag.value_or(false);
}

std::optional<double> RealFrom(const YamlEntry& entry, double lowest, double highest,
                               Problems& problems) {
  const std::optional<double> value = RealOf(entry.value);
  if (value && *value >= lowest && *value <= highest) return value;
  problems.Add(entry.value_place,
               absl::StrCat("`", entry.key, "` must be a number, ", lowest, " to ", highest));
  return std::nullopt;
}

std::optional<int64_t> IntegerFrom(const YamlEntry& entry, int64_t lowest, int64_t highest,
                                   Problems& problems) {
  const std::optional<int64_t> value = ScalarOf<int64_t>(entry.value);
  if (value && *value >= lowest && *value <= highest) return value;
  problems.Add(entry.value_place,
               absl::StrCat("`", entry.key, "` must be an integer, ", lowest, " to ", highest));
  return std::nullopt;
}

}  // namespace pathsweep

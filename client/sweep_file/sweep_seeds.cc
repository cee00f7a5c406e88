#include "client/sweep_file/sweep_seeds.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/claim_proto.h"
#include "base/grid.h"
#include "client/sweep_file/yaml_fields.h"
#include "client/sweep_file/yaml_scalar.h"

namespace pathsweep {
namespace {

void SeedList(const YamlEntry& entry, v1::SweepSpec& spec, Problems& problems) {
  if (entry.value.size() == 0) {
    problems.Add(entry.value_place, "`seeds` is empty; write at least one");
  }
  std::set<int64_t> seen;
  for (const YAML::Node& node : entry.value) {
    const int64_t seed = ScalarOf<int64_t>(node).value_or(-1);
    if (seed < 0) {
      problems.Add(PlaceOf(node), "a seed must be an integer, at least 0");
    } else if (!seen.insert(seed).second) {
      problems.Add(PlaceOf(node), absl::StrCat("seed ", seed, " stands twice; keep one"));
    } else {
      spec.add_seeds(seed);
    }
  }
}

// {min: 3, max: 12, until: decided}
void SeedsUntilDecided(const YamlEntry& entry, v1::SweepSpec& spec, Problems& problems) {
  std::optional<int64_t> least, most;
  bool until = false;
  ForEachEntry(entry.value, problems, [&](const YamlEntry& part) {
    if (part.key == "min") {
      least = IntegerFrom(part, 2, kMostSeeds, problems);
    } else if (part.key == "max") {
      most = IntegerFrom(part, 2, kMostSeeds, problems);
    } else if (part.key != "until") {
      problems.Add(part.key_place,
                   absl::StrCat(UnknownKey(part.key, {"min", "max", "until"}), " in `seeds`"));
    } else if (ScalarOf<std::string>(part.value) == "decided") {
      until = true;
    } else {
      problems.Add(part.value_place, "`until` must be `decided`");
    }
  });
  if (problems.empty() && !(least && most && until)) {
    problems.Add(entry.value_place,
                 "`seeds` needs all of `min`, `max` and `until: decided`, as in {min: 3, max: 12, "
                 "until: decided}");
  }
  for (int64_t seed = 1; seed <= least.value_or(1); ++seed) spec.add_seeds(seed);
  spec.set_most_seeds(most.value_or(0));
}

}  // namespace

void ParseSeeds(const YamlEntry& entry, v1::SweepSpec& spec, Problems& problems) {
  if (entry.value.IsSequence()) return SeedList(entry, spec, problems);
  if (entry.value.IsMap()) return SeedsUntilDecided(entry, spec, problems);
  const int64_t count = ScalarOf<int64_t>(entry.value).value_or(0);
  if (count < 1 || count > kMaxTrialsPerSweep) {
    problems.Add(entry.value_place,
                 absl::StrCat("`seeds` must be a count from 1 to ", kMaxTrialsPerSweep,
                              ", a list such as [1, 2, 3], or {min: 3, max: 12, until: decided}"));
    return;
  }
  for (int64_t seed = 1; seed <= count; ++seed) spec.add_seeds(seed);
}

}  // namespace pathsweep

#include "base/suggest.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

// Beyond it a text is no misspelling.
constexpr size_t kLongestName = 64;

// Whether the lengths alone allow a distance that small. A file may have a hundred thousand
// unknown keys, and most known ones are ruled out by it.
bool MayBeWithin(size_t distance, absl::string_view a, absl::string_view b) {
  return std::max(a.size(), b.size()) - std::min(a.size(), b.size()) <= distance;
}

// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions,
// substitutions and swaps of neighbours cost one each. Requires that neither text is longer
// than kLongestName.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::array<std::array<size_t, kLongestName + 1>, kLongestName + 1> cost;
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string DidYouMean(absl::string_view name, absl::Span<const absl::string_view> known) {
  if (name.size() > kLongestName) return "";
  const size_t allowed = name.size() <= 2 ? 1 : std::max<size_t>(2, name.size() / 3);
  size_t best = allowed + 1;
  absl::string_view closest;
  for (absl::string_view candidate : known) {
    if (candidate.size() > kLongestName || !MayBeWithin(best - 1, name, candidate)) continue;
    const size_t distance = EditDistance(name, candidate);
    if (distance < best) {
      best = distance;
      closest = candidate;
    }
  }
  return best <= allowed ? absl::StrCat(", did you mean `", closest, "`?") : "";
}

}  // namespace pathsweep

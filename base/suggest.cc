#include "base/suggest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions,
// substitutions and swaps of neighbours cost one each.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
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
  constexpr size_t kLongestName = 64;  // beyond it the text is no misspelling
  if (name.size() > kLongestName) return "";
  const size_t allowed = name.size() <= 2 ? 1 : std::max<size_t>(2, name.size() / 3);
  size_t best = allowed + 1;
  absl::string_view closest;
  for (absl::string_view candidate : known) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best) {
      best = distance;
      closest = candidate;
    }
  }
  return best <= allowed ? absl::StrCat(", did you mean `", closest, "`?") : "";
}

}  // namespace pathsweep

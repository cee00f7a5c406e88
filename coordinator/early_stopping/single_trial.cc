#include "coordinator/early_stopping/single_trial.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/early_stopping/progress.h"

namespace pathsweep {

std::optional<StopOrder> StopIfSolved(const SolvedRule& rule, absl::Span<const double> exact_match,
                                      double solved_at) {
  const auto held = static_cast<size_t>(rule.evaluations);
  if (exact_match.size() < held) return std::nullopt;
  const absl::Span<const double> newest = exact_match.last(held);
  if (std::ranges::any_of(newest, [&](double value) { return value < solved_at; })) {
    return std::nullopt;
  }
  return StopOrder{kSolved, absl::StrCat("exact_match has been at least ", solved_at, " in ", held,
                                         " evaluations in a row")};
}

std::optional<StopOrder> StopOnPlateau(const PlateauRule& rule, bool maximize,
                                       absl::Span<const double> values) {
  const auto patience = static_cast<size_t>(rule.evaluations);
  if (values.size() <= patience) return std::nullopt;
  const double before = BestOf(values.first(values.size() - patience), maximize);
  const double since = BestOf(values.last(patience), maximize);
  const double gained = Goodness(since, maximize) - Goodness(before, maximize);
  if (gained > 0 && gained >= rule.least) return std::nullopt;
  return StopOrder{kPlateau, absl::StrCat("its best is ", since, ", and was ", before, " ",
                                          patience, " evaluations ago")};
}

}  // namespace pathsweep

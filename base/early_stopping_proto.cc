#include "base/early_stopping_proto.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

// Of a grid that claims may be about as a whole.
constexpr int64_t kConfigsLookedAt = 10'000;

absl::Status Problem(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status CheckCount(absl::string_view what, int64_t count, int64_t highest,
                        int64_t lowest = 1) {
  if (count >= lowest && count <= highest) return absl::OkStatus();
  return Problem(absl::StrCat(what, " must be from ", lowest, " to ", highest, ", not ", count));
}

absl::Status CheckHyperband(const v1::SweepSpec& spec) {
  const v1::EarlyStopping::Hyperband& rule = spec.early_stopping().hyperband();
  absl::Status status =
      CheckCount("the first rung of `hyperband` (in evaluations)", rule.first(), kMostEvaluations);
  status.Update(CheckCount("`eta` of `hyperband`", rule.eta(), kHighestEta, 2));
  status.Update(CheckCount("the number of rungs of `hyperband`", rule.rungs(), kMostRungs, 0));
  if (status.ok() && rule.pauses() && spec.has_checkpoint_seconds() &&
      spec.checkpoint_seconds() == 0) {
    return Problem(
        "trials that pause go on from their checkpoint: leave `checkpoint_seconds: 0` "
        "away, or write `pause: false` at `hyperband`");
  }
  if (status.ok() && rule.pauses() && spec.has_search()) {
    return Problem(
        "a search chooses by what trials end with, and trials that pause do not end: write `pause: "
        "false` at `hyperband`");
  }
  return status;
}

absl::Status CheckLevels(const v1::EarlyStopping& rules) {
  const double level = rules.futility().level();
  if (rules.has_futility() && !(level > 0 && level <= kHighestLevel)) {
    return Problem(absl::StrCat("`level` of `futility` must be above 0 and at most ", kHighestLevel,
                                ", not ", level));
  }
  const double least = rules.plateau().least();
  if (rules.has_plateau() && !(least >= 0 && least <= kLargestDelta)) {
    return Problem(absl::StrCat("`min_delta` of `plateau` must be from 0 to ", kLargestDelta,
                                ", not ", least));
  }
  return absl::OkStatus();
}

absl::Status CheckCounts(const v1::EarlyStopping& rules) {
  absl::Status status;
  if (rules.has_median()) {
    status.Update(CheckCount("`min_iter` of `median`", rules.median().first(), kMostEvaluations));
  }
  if (rules.has_solved()) {
    status.Update(CheckCount("`hold` of `solved`", rules.solved().evaluations(), kMostEvaluations));
  }
  if (rules.has_plateau()) {
    status.Update(
        CheckCount("`patience` of `plateau`", rules.plateau().evaluations(), kMostEvaluations));
  }
  return status;
}

// Some claim is about each config, as far as they are looked at.
bool AllClaimed(const Grid& grid, const std::vector<Claim>& claims) {
  const int64_t configs = ConfigCount(grid);
  if (configs > kConfigsLookedAt) {
    return std::ranges::any_of(claims, [](const Claim& claim) {
      return claim.where.empty() && std::holds_alternative<BoundClaim>(claim.statement);
    });
  }
  for (int64_t config = 0; config < configs; ++config) {
    const TrialParameters parameters = ConfigAt(grid, config);
    if (std::ranges::none_of(claims,
                             [&](const Claim& claim) { return IsAbout(claim, parameters); })) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status CheckEarlyStopping(const v1::SweepSpec& spec, const Grid& grid,
                                const std::vector<Claim>& claims) {
  const v1::EarlyStopping& rules = spec.early_stopping();
  const bool compares = rules.has_hyperband() || rules.has_median();
  if (!compares && !rules.has_futility() && !rules.has_solved() && !rules.has_plateau()) {
    return Problem("early stopping needs a rule");
  }
  if (rules.has_hyperband()) {
    if (absl::Status status = CheckHyperband(spec); !status.ok()) return status;
  }
  if (absl::Status status = CheckCounts(rules); !status.ok()) return status;
  if (absl::Status status = CheckLevels(rules); !status.ok()) return status;
  if (rules.has_futility() && std::ranges::none_of(claims, [](const Claim& claim) {
        return std::holds_alternative<BoundClaim>(claim.statement);
      })) {
    return Problem("`futility` needs a claim with `at_least` or `at_most`");
  }
  if (compares && !claims.empty() && AllClaimed(grid, claims)) {
    return Problem(absl::StrCat(
        "claims are about every config, and `", rules.has_hyperband() ? "hyperband" : "median",
        "` leaves those alone: take `futility`, `solved` or `plateau`, or claims with a `where`"));
  }
  return absl::OkStatus();
}

}  // namespace pathsweep

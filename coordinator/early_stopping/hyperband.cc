#include "coordinator/early_stopping/hyperband.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

// The configs that are at a rung, the best first; of equals the first.
struct Rung {
  struct Place {
    double score;
    double goodness;  // by which they are compared
    const ConfigProgress* config;
  };
  int number;
  int64_t evaluation;
  std::vector<Place> places;
};

Rung Rank(const Halving& halving, int number, int64_t evaluation,
          absl::Span<const ConfigProgress> configs) {
  Rung rung{number, evaluation, {}};
  for (const ConfigProgress& config : configs) {
    if (!config.Reached(evaluation)) continue;
    const double score = config.MeanAt(evaluation);
    // One that diverged has a value that is worse than any.
    const double goodness = config.HasDiverged() ? -std::numeric_limits<double>::infinity()
                                                 : Goodness(score, halving.maximize);
    rung.places.push_back({score, goodness, &config});
  }
  std::ranges::stable_sort(rung.places, std::ranges::greater(), &Rung::Place::goodness);
  return rung;
}

// Those that somebody has reached.
std::vector<Rung> Rungs(const Halving& halving, absl::Span<const ConfigProgress> configs) {
  int64_t farthest = 0;
  for (const ConfigProgress& config : configs) {
    for (const TrialProgress& trial : config.trials) {
      farthest = std::max(farthest, static_cast<int64_t>(trial.values.size()));
    }
  }
  std::vector<Rung> rungs;
  for (int number = 0;; ++number) {
    const std::optional<int64_t> at = RungOf(halving.rule, number, farthest + 1);
    if (!at) return rungs;
    rungs.push_back(Rank(halving, number, *at, configs));
  }
}

std::string Standing(const Rung& rung, double score, size_t kept) {
  return absl::StrCat("its config has ", score, " after ", rung.evaluation,
                      " evaluations, and is not among the best ", kept, " of ", rung.places.size(),
                      ", which have ", rung.places[kept - 1].score, " and better");
}

bool WaitsAt(const TrialProgress& trial, const Rung& rung) {
  return trial.state == TrialState::kPaused && trial.rung == rung.number;
}

// Those of the best that wait, and whatever waits of a config of which some have gone on.
std::vector<TrialId> Promoted(const Rung& rung, size_t kept) {
  std::vector<TrialId> promoted;
  for (size_t i = 0; i < rung.places.size(); ++i) {
    const std::vector<TrialProgress>& trials = rung.places[i].config->trials;
    const bool went_on = std::ranges::any_of(
        trials, [&](const TrialProgress& trial) { return trial.rung > rung.number; });
    if (i >= kept && !went_on) continue;
    for (const TrialProgress& trial : trials) {
      if (WaitsAt(trial, rung)) promoted.push_back(trial.trial);
    }
  }
  return promoted;
}

size_t KeptAt(const Rung& rung, const HyperbandRule& rule) {
  return rung.places.size() / static_cast<size_t>(rule.eta);
}

// When all are there the best one goes on at least.
size_t KeptAtLast(const Rung& rung, const HyperbandRule& rule) {
  return std::max<size_t>(KeptAt(rung, rule), 1);
}

// Who still waits when nobody is promoted any more ends, by where its config stands; what has no
// value to be compared by goes on.
Steering EndWaiting(const HyperbandRule& rule, absl::Span<const Rung> rungs,
                    absl::Span<const ConfigProgress> configs) {
  std::map<TrialId, std::string> standings;
  for (const Rung& rung : rungs) {
    for (const auto& [score, goodness, config] : rung.places) {
      for (const TrialProgress& trial : config->trials) {
        if (WaitsAt(trial, rung)) {
          standings[trial.trial] = Standing(rung, score, KeptAtLast(rung, rule));
        }
      }
    }
  }
  Steering steering{.last = true};
  for (const ConfigProgress& config : configs) {
    for (const TrialProgress& trial : config.trials) {
      if (trial.state != TrialState::kPaused) continue;
      const auto standing = standings.find(trial.trial);
      if (standing == standings.end()) {
        steering.promoted.push_back(trial.trial);
      } else {
        steering.stops.push_back({trial.trial, {kHyperband, standing->second}});
      }
    }
  }
  return steering;
}

Steering Promote(const Halving& halving, absl::Span<const Rung> rungs,
                 absl::Span<const ConfigProgress> configs) {
  Steering steering;
  for (const Rung& rung : rungs) {
    const std::vector<TrialId> promoted = Promoted(rung, KeptAt(rung, halving.rule));
    steering.promoted.insert(steering.promoted.end(), promoted.begin(), promoted.end());
  }
  if (!halving.last || !steering.promoted.empty()) return steering;
  steering.last = true;
  // Rung after rung: who goes on from one comes to the next.
  for (size_t i = 0; steering.promoted.empty() && i < rungs.size(); ++i) {
    steering.promoted = Promoted(rungs[i], KeptAtLast(rungs[i], halving.rule));
  }
  return steering.promoted.empty() ? EndWaiting(halving.rule, rungs, configs) : steering;
}

// The last rung that the config has passed; null if it is at none.
const Rung* LastOf(const ConfigProgress& config, absl::Span<const Rung> rungs) {
  const std::optional<int64_t> reached = config.Evaluations();
  const Rung* last = nullptr;
  for (const Rung& rung : rungs) {
    if (reached && rung.evaluation <= *reached && config.Reached(rung.evaluation)) last = &rung;
  }
  return last;
}

}  // namespace

Steering Halve(const Halving& halving, absl::Span<const ConfigProgress> configs) {
  const std::vector<Rung> rungs = Rungs(halving, configs);
  if (halving.rule.pauses) return Promote(halving, rungs, configs);
  Steering steering;
  for (const ConfigProgress& config : configs) {
    const Rung* rung = config.open ? LastOf(config, rungs) : nullptr;
    if (rung == nullptr) continue;
    const auto eta = static_cast<size_t>(halving.rule.eta);
    const size_t kept = (rung->places.size() + eta - 1) / eta;
    const auto place = std::ranges::find(rung->places, &config, &Rung::Place::config);
    if (place->goodness >= rung->places[kept - 1].goodness) continue;
    const std::vector<TrialStop> stops =
        StopAll(config, {kHyperband, Standing(*rung, place->score, kept)});
    steering.stops.insert(steering.stops.end(), stops.begin(), stops.end());
  }
  return steering;
}

}  // namespace pathsweep

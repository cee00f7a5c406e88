#include "coordinator/domain/early_stopping.h"

namespace pathsweep {

int64_t EvaluationsOf(const TrialParameters& parameters) {
  return (parameters.steps + parameters.eval_every - 1) / parameters.eval_every;
}

std::optional<int64_t> RungOf(const HyperbandRule& rule, int rung, int64_t evaluations) {
  if (rule.rungs > 0 && rung >= rule.rungs) return std::nullopt;
  int64_t at = rule.first;
  for (int i = 0; i < rung && at < evaluations; ++i) at *= rule.eta;
  if (at >= evaluations) return std::nullopt;
  return at;
}

}  // namespace pathsweep

#include "coordinator/domain/sweep.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace pathsweep {

bool SweepSpec::IsClaimed(const TrialParameters& config) const {
  return std::ranges::any_of(claims, [&](const Claim& claim) { return IsAbout(claim, config); });
}

int64_t TrialBlock::configs() const {
  return some.empty() ? ConfigCount(grid) : static_cast<int64_t>(some.size());
}

int64_t TrialBlock::ConfigInGrid(int64_t offset) const {
  const int64_t index = offset % configs();
  return some.empty() ? index : some[index];
}

TrialCounts Sweep::Counts() const {
  TrialCounts counts = rows;
  counts[cancelled ? TrialState::kCancelled : TrialState::kPending] +=
      trials - next - static_cast<int64_t>(settled.size());
  return counts;
}

int64_t Sweep::Unfinished() const {
  const TrialCounts counts = Counts();
  int64_t unfinished = 0;
  for (TrialState state : kTrialStates) unfinished += IsTerminal(state) ? 0 : counts[state];
  return unfinished;
}

bool Sweep::IsIdle() const { return Unfinished() == rows[TrialState::kPaused]; }

int64_t Sweep::Results() const { return rows[TrialState::kSucceeded] + rows[TrialState::kStopped]; }

bool Sweep::Searches() const {
  if (!spec.search || cancelled) return false;
  return static_cast<int64_t>(spec.grid.joint.front().points().size()) < spec.search->points;
}

bool Sweep::Ended() const {
  return TrialsEnded() && (cancelled || (!Searches() && !AwaitsJudgement()));
}

bool Sweep::AwaitsJudgement() const {
  return !spec.claims.empty() && TrialsEnded() && !Searches() && judged_results != Results();
}

int64_t Sweep::Room() const {
  if (paused) return 0;
  if (spec.max_parallel == 0) return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(0, spec.max_parallel - rows[TrialState::kRunning]);
}

bool Sweep::IsUntouched(TrialId trial) const {
  const int64_t number = NumberOf(trial);
  return number >= next && !settled.contains(number);
}

void Sweep::Pass(int64_t number) {
  if (number > next) {
    settled.insert(number);
    return;
  }
  ++next;
  while (settled.erase(next) > 0) ++next;
}

TrialId Sweep::TrialAt(int64_t number) const {
  const auto after = std::ranges::upper_bound(blocks, number, {}, &TrialBlock::first_number);
  const TrialBlock& block = *std::prev(after);
  return block.first_trial + number - block.first_number;
}

bool Sweep::Contains(TrialId trial) const {
  return trial >= blocks.front().first_trial && trial < BlockOf(trial).end();
}

int64_t Sweep::NumberOf(TrialId trial) const {
  const TrialBlock& block = BlockOf(trial);
  return block.first_number + trial - block.first_trial;
}

int64_t Sweep::ConfigOf(TrialId trial) const {
  const TrialBlock& block = BlockOf(trial);
  return block.ConfigOf(trial - block.first_trial);
}

TrialParameters Sweep::ParametersOf(TrialId trial) const {
  const TrialBlock& block = BlockOf(trial);
  return ConfigAt(block.grid, block.ConfigInGrid(trial - block.first_trial));
}

int64_t Sweep::SeedOf(TrialId trial) const {
  const TrialBlock& block = BlockOf(trial);
  return block.SeedOf(trial - block.first_trial);
}

int64_t Sweep::PauseOf(TrialId trial, int rung) const {
  if (!spec.early_stopping || !spec.early_stopping->hyperband) return 0;
  const HyperbandRule& rule = *spec.early_stopping->hyperband;
  if (!rule.pauses) return 0;
  const TrialParameters parameters = ParametersOf(trial);
  if (spec.IsClaimed(parameters)) return 0;
  return RungOf(rule, rung, EvaluationsOf(parameters)).value_or(0) * parameters.eval_every;
}

// The last one that begins at or before the trial.
const TrialBlock& Sweep::BlockOf(TrialId trial) const {
  return *std::prev(std::ranges::upper_bound(blocks, trial, {}, &TrialBlock::first_trial));
}

Sweep NewSweep(const SweepSpec& spec, TrialId first_trial) {
  Sweep sweep;
  sweep.spec = spec;
  sweep.trials = ConfigCount(spec.grid) * static_cast<int64_t>(spec.grid.seeds.size());
  sweep.blocks = {{first_trial, 0, 0, spec.grid, sweep.trials}};
  return sweep;
}

}  // namespace pathsweep

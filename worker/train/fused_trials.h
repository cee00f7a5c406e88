// Trials of equal shape (base/trial_shape.h) that train as one model, each in a row of the
// weights. A trial's data, its optimizer and what it measures are its own: with whom it trains,
// and who comes and goes meanwhile, changes its numbers by rounding at most.
//
//   FusedTrials trials("cpu");
//   size_t k = trials.Add(parameters, seed, start);
//   std::vector<double> losses = trials.Step();
//   trials.Remove(k);
//
// Not thread safe.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics_hash.h"
#include "worker/train/batch.h"
#include "worker/train/metric.h"
#include "worker/train/model.h"
#include "worker/train/optimizer.h"
#include "worker/train/trainer.h"
#include "worker/train/training_step.h"

namespace pathsweep {

class FusedTrials {
 public:
  explicit FusedTrials(const std::string& device) : device_(device) {}

  size_t size() const { return members_.size(); }

  // Becomes the last one. Any shape if there is none yet, else theirs. Goes on from the start's
  // checkpoint, if it has one. May throw, and nothing has changed then.
  void Add(const TrialParameters& parameters, uint64_t seed, const TrialStart& start);
  // Those behind it move up.
  void Remove(size_t k);

  // Takes each trial's next optimizer step. Their losses, not finite if a trial has diverged,
  // which is left as it was. If it throws, no trial has taken the step.
  std::vector<double> Step();

  // Steps that the trial has taken.
  int64_t steps(size_t k) const { return members_[k].steps; }
  // The metrics now, and those of training since the last call.
  std::vector<MetricValue> Evaluate(size_t k);
  // Whether so high an exact_match was not evaluated before.
  bool NoteBest(size_t k, double exact_match);
  std::string Checkpoint(size_t k) const;
  // As TrialOutcome has them.
  uint64_t metrics_hash(size_t k) const { return members_[k].hash.value(); }
  int fused(size_t k) const { return members_[k].fused; }
  // Of the last step.
  const std::string& execution() const { return execution_; }

 private:
  struct Member {
    TrialParameters parameters;
    uint64_t seed;
    Objective objective;
    Batch test;
    int64_t steps = 0;
    MetricsHash hash{};
    int fused = 1;
    double best = -1;  // exact_match
    // Since the last evaluation.
    double losses = 0;
    int64_t losses_count = 0;
    // Since then, or since the start from a checkpoint.
    double seconds = 0;
    int64_t timed_steps = 0;
  };

  // The next one of each.
  std::vector<TrialStep> NextSteps() const;
  void Restore(Member& member, OptimizedWeights& row, const std::string& checkpoint) const;

  const torch::Device device_;
  std::unique_ptr<Model> model_;  // of the members' shape
  std::unique_ptr<Optimizer> optimizer_;
  OptimizedWeights state_;              // [K, P]
  std::unique_ptr<TrainingStep> step_;  // of the state and the members, or none yet
  std::vector<Member> members_;
  std::string execution_;
};

}  // namespace pathsweep

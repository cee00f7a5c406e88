#include "worker/train/fused_trials.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/metrics.h"
#include "worker/task/task_shape.h"
#include "worker/train/checkpoint.h"
#include "worker/train/evaluator.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using SteadyClock = std::chrono::steady_clock;

std::vector<Example> DrawTestExamples(const TrialParameters& parameters, uint64_t seed) {
  std::vector<uint64_t> indices(parameters.test_samples);
  std::iota(indices.begin(), indices.end(), uint64_t{0});
  return DrawExamples(TaskShapeOf(parameters), seed, Stream::kTestGraphs, indices);
}

std::string ExecutionOf(const Model& model, const TrainingStep& step, torch::Device device) {
  std::vector<std::string> parts = {model.Execution(), step.Execution()};
  if (!device.is_cpu() && at::globalContext().allowTF32CuBLAS()) parts.push_back("TF32");
  std::erase(parts, "");
  return absl::StrJoin(parts, "; ");
}

// The rows of both, or of the one that is there.
Tensor Join(const Tensor& rows, const Tensor& more) {
  return rows.defined() ? torch::cat({rows, more}) : more;
}

// In place, for there may be no memory: that may be why a row goes.
Tensor Without(const Tensor& rows, int64_t k) {
  for (int64_t row = k; row + 1 < rows.size(0); ++row) rows[row].copy_(rows[row + 1]);
  return rows.narrow(0, 0, rows.size(0) - 1);
}

}  // namespace

void FusedTrials::Add(const TrialParameters& parameters, uint64_t seed, const TrialStart& start) {
  const torch::NoGradGuard no_grad;
  if (members_.empty()) {
    step_.reset();
    model_ = std::make_unique<Model>(ModelShapeOf(parameters), device_);
    optimizer_ = std::make_unique<Optimizer>(parameters.optimizer, model_->layout(), device_);
    state_ = {};
  }
  const Objective objective = ObjectiveOf(parameters);
  const std::vector<Example> test =
      start.test_examples.empty() ? DrawTestExamples(parameters, seed) : start.test_examples;
  Member member{parameters, seed, objective, MakeBatch(TaskShapeOf(parameters), objective, test)};
  const Tensor weights = model_->layout().InitialRow(seed, parameters, device_);
  OptimizedWeights row{weights, torch::zeros_like(weights), torch::zeros_like(weights)};
  if (!start.checkpoint.empty()) Restore(member, row, start.checkpoint);
  members_.reserve(members_.size() + 1);
  step_.reset();
  state_ = {Join(state_.weights, row.weights), Join(state_.first_moment, row.first_moment),
            Join(state_.second_moment, row.second_moment)};
  members_.push_back(std::move(member));
}

void FusedTrials::Restore(Member& member, OptimizedWeights& row,
                          const std::string& checkpoint) const {
  const TrainingState kept = FromBytes(checkpoint);
  row.weights.copy_(kept.weights);
  row.first_moment.copy_(kept.first_moment);
  row.second_moment.copy_(kept.second_moment);
  member.steps = kept.step;
  member.losses = kept.losses;
  member.losses_count = kept.losses_count;
  member.hash = MetricsHash(kept.metrics_hash);
  member.fused = static_cast<int>(kept.fused);
  member.best = kept.best;
}

void FusedTrials::Remove(size_t k) {
  const torch::NoGradGuard no_grad;
  const auto row = static_cast<int64_t>(k);
  step_.reset();
  state_ = {Without(state_.weights, row), Without(state_.first_moment, row),
            Without(state_.second_moment, row)};
  members_.erase(members_.begin() + row);
}

std::vector<double> FusedTrials::Step() {
  const auto start = SteadyClock::now();
  const std::vector<TrialStep> steps = NextSteps();
  const bool first = step_ == nullptr;
  if (first) step_ = MakeTrainingStep(*model_, *optimizer_, device_, steps);
  const std::vector<double> losses = step_->Take(steps, state_);
  if (first) execution_ = ExecutionOf(*model_, *step_, device_);
  // From here on nothing may throw.
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  for (size_t k = 0; k < members_.size(); ++k) {
    Member& member = members_[k];
    ++member.steps;
    member.fused = std::max(member.fused, static_cast<int>(members_.size()));
    member.losses += losses[k];
    ++member.losses_count;
    ++member.timed_steps;
    member.seconds += seconds;
  }
  return losses;
}

std::vector<TrialStep> FusedTrials::NextSteps() const {
  std::vector<TrialStep> steps;
  for (const Member& member : members_) {
    steps.push_back({member.parameters, member.seed, member.steps + 1});
  }
  return steps;
}

std::vector<MetricValue> FusedTrials::Evaluate(size_t k) {
  Member& member = members_[k];
  const Tensor weights = state_.weights.narrow(0, static_cast<int64_t>(k), 1);
  const Predictions predictions = Predict(*model_, weights, member.objective, member.test);
  std::vector<MetricValue> metrics = Score(predictions, member.test.targets, member.objective);
  if (member.losses_count > 0 && std::isfinite(member.losses)) {
    metrics.push_back({"train_loss", member.losses / static_cast<double>(member.losses_count)});
  }
  if (member.timed_steps > 0 && member.seconds > 0) {
    const auto samples = static_cast<double>(member.timed_steps * member.parameters.batch_size);
    metrics.push_back({std::string(kSamplesPerSecond), samples / member.seconds});
  }
  for (const MetricValue& one : metrics) member.hash.Add(member.steps, one.name, one.value);
  member.losses = member.seconds = 0;
  member.losses_count = member.timed_steps = 0;
  return metrics;
}

bool FusedTrials::NoteBest(size_t k, double exact_match) {
  double& best = members_[k].best;
  if (exact_match <= best) return false;
  best = exact_match;
  return true;
}

std::string FusedTrials::Checkpoint(size_t k) const {
  const Member& member = members_[k];
  const auto row = [&](const Tensor& of) {
    return of.narrow(0, static_cast<int64_t>(k), 1).detach().cpu().clone();
  };
  return ToBytes({TrialText(member.parameters, member.seed), member.steps, row(state_.weights),
                  row(state_.first_moment), row(state_.second_moment), member.losses,
                  member.losses_count, member.hash.value(), member.fused, member.best});
}

}  // namespace pathsweep

#include "worker/train/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "worker/cpu/adamw.h"

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-8;
constexpr double kClipEpsilon = 1e-6;  // as torch.nn.utils.clip_grad_norm_

cpu::AdamWScalars ScalarsOf(const TrialStep& trial, double norm) {
  const TrialParameters& parameters = trial.parameters;
  const double lr = LearningRate(parameters, trial.step);
  const double clip = parameters.grad_clip > 0 ? parameters.grad_clip / (norm + kClipEpsilon) : 1;
  const auto number = static_cast<double>(trial.step);
  return {.gradient_scale = static_cast<float>(std::min(clip, 1.0)),
          .beta1 = static_cast<float>(parameters.beta1),
          .rest1 = static_cast<float>(1 - parameters.beta1),
          .beta2 = static_cast<float>(parameters.beta2),
          .rest2 = static_cast<float>(1 - parameters.beta2),
          .step_size = static_cast<float>(lr / (1 - std::pow(parameters.beta1, number))),
          .correction2 = static_cast<float>(1 / (1 - std::pow(parameters.beta2, number))),
          .decay = static_cast<float>(lr * parameters.weight_decay),
          .epsilon = static_cast<float>(kEpsilon)};
}

torch::Tensor StepWithKernel(absl::Span<const TrialStep> trials, const Tensor& decay_mask,
                             const OptimizedWeights& state, const Tensor& gradient) {
  const int64_t count = gradient.size(1);
  const auto row = [&](const Tensor& of, size_t k) {
    return of.data_ptr<float>() + static_cast<int64_t>(k) * count;
  };
  Tensor norms = torch::empty({gradient.size(0)});
  auto* norm = norms.data_ptr<float>();
  at::parallel_for(0, gradient.size(0), 1, [&](int64_t first, int64_t end) {
    for (int64_t k = first; k < end; ++k) {
      norm[k] = static_cast<float>(std::sqrt(cpu::SumOfSquares(count, row(gradient, k))));
      if (!std::isfinite(norm[k])) continue;
      cpu::AdamWStep(count, ScalarsOf(trials[k], norm[k]),
                     {row(state.weights, k), row(gradient, k), decay_mask.data_ptr<float>(),
                      row(state.first_moment, k), row(state.second_moment, k)});
    }
  });
  return norms;
}

// A scalar for each trial, [K, 1].
Tensor PerTrial(const std::vector<cpu::AdamWScalars>& scalars, float cpu::AdamWScalars::*value,
                const Tensor& like) {
  std::vector<float> values;
  for (const cpu::AdamWScalars& one : scalars) values.push_back(one.*value);
  return torch::tensor(values).view({-1, 1}).to(like.device());
}

Tensor StepWithOperations(absl::Span<const TrialStep> trials, const Tensor& decay_mask,
                          const OptimizedWeights& state, Tensor gradient) {
  const Tensor norms = gradient.norm(2, {1}).cpu();
  std::vector<cpu::AdamWScalars> scalars;
  for (size_t k = 0; k < trials.size(); ++k) {
    scalars.push_back(ScalarsOf(trials[k], norms[static_cast<int64_t>(k)].item<double>()));
  }
  const auto of = [&](float cpu::AdamWScalars::*value) {
    return PerTrial(scalars, value, gradient);
  };
  using Scalars = cpu::AdamWScalars;
  gradient.mul_(of(&Scalars::gradient_scale));
  const Tensor first = state.first_moment * of(&Scalars::beta1) + gradient * of(&Scalars::rest1);
  const Tensor second =
      state.second_moment * of(&Scalars::beta2) + gradient * gradient * of(&Scalars::rest2);
  const Tensor deviation = (second * of(&Scalars::correction2)).sqrt_().add_(kEpsilon);
  const Tensor weights = state.weights * (1 - of(&Scalars::decay) * decay_mask) -
                         of(&Scalars::step_size) * first / deviation;
  const Tensor finite = norms.isfinite().view({-1, 1}).to(gradient.device());
  const Tensor new_weights = torch::where(finite, weights, state.weights);
  const Tensor new_first = torch::where(finite, first, state.first_moment);
  const Tensor new_second = torch::where(finite, second, state.second_moment);
  // Nothing is allocated any more: all is changed, or nothing.
  state.weights.copy_(new_weights);
  state.first_moment.copy_(new_first);
  state.second_moment.copy_(new_second);
  return norms;
}

}  // namespace

double LearningRate(const TrialParameters& parameters, int64_t step) {
  if (step <= parameters.warmup) {
    return parameters.lr * static_cast<double>(step) / static_cast<double>(parameters.warmup);
  }
  if (parameters.schedule == "constant") return parameters.lr;
  const auto done = static_cast<double>(step - parameters.warmup);
  const auto all = static_cast<double>(std::max<int64_t>(parameters.steps - parameters.warmup, 1));
  const double share = 0.5 * (1 + std::cos(std::numbers::pi * std::min(done / all, 1.0)));
  return parameters.final_lr + share * (parameters.lr - parameters.final_lr);
}

Tensor TakeSteps(absl::Span<const TrialStep> trials, const Tensor& decay_mask,
                 const OptimizedWeights& state, Tensor gradient) {
  const torch::NoGradGuard no_grad;
  return gradient.is_cpu() && gradient.scalar_type() == torch::kFloat
             ? StepWithKernel(trials, decay_mask, state, gradient)
             : StepWithOperations(trials, decay_mask, state, gradient);
}

}  // namespace pathsweep

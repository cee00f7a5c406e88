#include "worker/train/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "worker/cpu/adamw.h"

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-8;
constexpr double kClipEpsilon = 1e-6;  // as torch.nn.utils.clip_grad_norm_

// A scalar for each trial, [K, 1].
template <typename Value>
Tensor PerTrial(absl::Span<const TrialParameters> trials, const Tensor& like, Value value) {
  std::vector<float> values;
  for (const TrialParameters& trial : trials) values.push_back(static_cast<float>(value(trial)));
  return torch::tensor(values).view({-1, 1}).to(like.device());
}

cpu::AdamWScalars ScalarsOf(const TrialParameters& trial, int64_t step, double norm) {
  const double lr = LearningRate(trial, step);
  const double clip = trial.grad_clip > 0 ? trial.grad_clip / (norm + kClipEpsilon) : 1;
  const auto number = static_cast<double>(step);
  return {.gradient_scale = static_cast<float>(std::min(clip, 1.0)),
          .beta1 = static_cast<float>(trial.beta1),
          .rest1 = static_cast<float>(1 - trial.beta1),
          .beta2 = static_cast<float>(trial.beta2),
          .rest2 = static_cast<float>(1 - trial.beta2),
          .step_size = static_cast<float>(lr / (1 - std::pow(trial.beta1, number))),
          .correction2 = static_cast<float>(1 / (1 - std::pow(trial.beta2, number))),
          .decay = static_cast<float>(lr * trial.weight_decay),
          .epsilon = static_cast<float>(kEpsilon)};
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

AdamW::AdamW(absl::Span<const TrialParameters> trials, const Tensor& decay_mask)
    : trials_(trials.begin(), trials.end()),
      decay_mask_(decay_mask.unsqueeze(0)),
      clip_(PerTrial(trials, decay_mask,
                     [](const TrialParameters& trial) {
                       return trial.grad_clip > 0 ? trial.grad_clip
                                                  : std::numeric_limits<double>::infinity();
                     })),
      beta1_(
          PerTrial(trials, decay_mask, [](const TrialParameters& trial) { return trial.beta1; })),
      beta2_(
          PerTrial(trials, decay_mask, [](const TrialParameters& trial) { return trial.beta2; })),
      first_(torch::zeros({static_cast<int64_t>(trials.size()), decay_mask.size(0)},
                          decay_mask.options())),
      second_(torch::zeros_like(first_)) {}

void AdamW::Restore(const Tensor& first_moment, const Tensor& second_moment) {
  first_.copy_(first_moment);
  second_.copy_(second_moment);
}

Tensor AdamW::Step(Tensor weights, Tensor gradient, int64_t step) {
  const torch::NoGradGuard no_grad;
  return weights.is_cpu() ? StepWithKernel(weights, gradient, step)
                          : StepWithOperations(weights, gradient, step);
}

Tensor AdamW::StepWithKernel(const Tensor& weights, const Tensor& gradient, int64_t step) {
  const int64_t count = weights.size(1);
  const Tensor norms = torch::empty({weights.size(0)});
  for (int64_t k = 0; k < weights.size(0); ++k) {
    const float* values = gradient.data_ptr<float>() + k * count;
    norms[k] = std::sqrt(cpu::SumOfSquares(count, values));
  }
  if (!norms.isfinite().all().item<bool>()) return norms;
  for (int64_t k = 0; k < weights.size(0); ++k) {
    const auto row = [&](const Tensor& of) { return of.data_ptr<float>() + k * count; };
    cpu::AdamWStep(
        count, ScalarsOf(trials_[k], step, norms[k].item<double>()),
        {row(weights), row(gradient), decay_mask_.data_ptr<float>(), row(first_), row(second_)});
  }
  return norms;
}

Tensor AdamW::StepWithOperations(Tensor weights, Tensor gradient, int64_t step) {
  const Tensor norm = gradient.norm(2, {1}, /*keepdim=*/true);
  if (!norm.isfinite().all().item<bool>()) return norm.flatten();
  gradient.mul_((clip_ / (norm + kClipEpsilon)).clamp_max(1));
  first_.mul_(beta1_).addcmul_(gradient, 1 - beta1_);
  second_.mul_(beta2_).addcmul_(gradient * gradient, 1 - beta2_);
  const Tensor lr = PerTrial(
      trials_, weights, [&](const TrialParameters& trial) { return LearningRate(trial, step); });
  const Tensor decay = PerTrial(trials_, weights, [&](const TrialParameters& trial) {
    return LearningRate(trial, step) * trial.weight_decay;
  });
  const Tensor bias1 = 1 - beta1_.pow(step);
  const Tensor bias2 = 1 - beta2_.pow(step);
  const Tensor denominator = (second_ / bias2).sqrt_().add_(kEpsilon);
  weights.mul_(1 - decay * decay_mask_);
  weights.sub_((first_ * (lr / bias1)).div_(denominator));
  return norm.flatten();
}

}  // namespace pathsweep

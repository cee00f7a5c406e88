#include "worker/train/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "worker/cpu/adamw.h"
#include "worker/train/muon.h"

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-8;

// 1 − decay^step, by which a mean that began at 0 is too small.
double Correction(double decay, int64_t step) {
  return 1 - std::pow(decay, static_cast<double>(step));
}

float ClipFactor(const TrialStep& trial, double norm) {
  return cuda::ClipFactor(trial.parameters.grad_clip, norm);
}

cpu::AdamWScalars AdamWScalarsOf(const TrialStep& trial) {
  const TrialParameters& parameters = trial.parameters;
  const double lr = LearningRate(parameters, trial.step);
  return {.beta1 = static_cast<float>(parameters.beta1),
          .rest1 = static_cast<float>(1 - parameters.beta1),
          .beta2 = static_cast<float>(parameters.beta2),
          .rest2 = static_cast<float>(1 - parameters.beta2),
          .step_size = static_cast<float>(lr / Correction(parameters.beta1, trial.step)),
          .correction2 = static_cast<float>(1 / Correction(parameters.beta2, trial.step)),
          .decay = static_cast<float>(lr * parameters.weight_decay),
          .epsilon = static_cast<float>(kEpsilon)};
}

// [K, 1] on the device of `like`, in its type.
template <typename Value>
Tensor PerTrial(absl::Span<const TrialStep> trials, const Tensor& like, Value value) {
  std::vector<double> values;
  for (const TrialStep& trial : trials) values.push_back(value(trial.parameters, trial.step));
  return torch::tensor(values, torch::kDouble).view({-1, 1}).to(like.options());
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

cuda::AdamWTrial AdamWTrialOf(const TrialStep& trial) {
  return {trial.parameters.grad_clip, AdamWScalarsOf(trial)};
}

// [K, 1] each.
struct Optimizer::Scalars {
  Scalars(absl::Span<const TrialStep> trials, const Tensor& like)
      : lr(PerTrial(trials, like, LearningRate)),
        decay(lr * PerTrial(trials, like, [](const auto& p, int64_t) { return p.weight_decay; })),
        momentum(PerTrial(trials, like, [](const auto& p, int64_t) { return p.momentum; })),
        beta1(PerTrial(trials, like, [](const auto& p, int64_t) { return p.beta1; })),
        beta2(PerTrial(trials, like, [](const auto& p, int64_t) { return p.beta2; })),
        correction1(PerTrial(
            trials, like, [](const auto& p, int64_t step) { return Correction(p.beta1, step); })),
        correction2(PerTrial(
            trials, like, [](const auto& p, int64_t step) { return Correction(p.beta2, step); })) {}

  Tensor lr, decay, momentum, beta1, beta2, correction1, correction2;
};

Optimizer::Optimizer(absl::string_view name, const WeightLayout& layout, torch::Device device)
    : kind_(name == "sgd"    ? Kind::kSgd
            : name == "muon" ? Kind::kMuon
                             : Kind::kAdamW),
      layout_(layout) {
  for (const WeightSlot& slot : layout.slots()) AddRange(slot);
  std::vector<Tensor> decays, factors;
  for (const Range& range : ranges_) {
    decays.push_back(torch::full({range.count}, range.decays ? 1.0F : 0.0F));
    factors.push_back(torch::full({range.count}, static_cast<float>(range.lr_factor)));
  }
  decay_mask_ = torch::cat(decays).to(device);
  lr_factors_ = torch::cat(factors).to(device);
}

void Optimizer::AddRange(const WeightSlot& slot) {
  if (!ranges_.empty() && ranges_.back().decays == slot.decays &&
      ranges_.back().lr_factor == slot.lr_factor) {
    ranges_.back().count += slot.Count();
  } else {
    ranges_.push_back({slot.offset, slot.Count(), slot.decays, slot.lr_factor});
  }
}

Tensor Optimizer::TakeSteps(absl::Span<const TrialStep> trials, const OptimizedWeights& state,
                            Tensor gradient) const {
  const torch::NoGradGuard no_grad;
  const bool has_kernel =
      kind_ == Kind::kAdamW && gradient.is_cpu() && gradient.scalar_type() == torch::kFloat;
  return has_kernel ? StepWithKernel(trials, state, gradient)
                    : StepWithOperations(trials, state, gradient);
}

Tensor Optimizer::StepWithKernel(absl::Span<const TrialStep> trials, const OptimizedWeights& state,
                                 const Tensor& gradient) const {
  const int64_t count = gradient.size(1);
  const auto row = [&](const Tensor& of, int64_t k) { return of.data_ptr<float>() + k * count; };
  Tensor norms = torch::empty({gradient.size(0)});
  auto* norm = norms.data_ptr<float>();
  at::parallel_for(0, gradient.size(0), 1, [&](int64_t first, int64_t end) {
    for (int64_t k = first; k < end; ++k) {
      norm[k] = static_cast<float>(std::sqrt(cpu::SumOfSquares(count, row(gradient, k))));
      if (!std::isfinite(norm[k])) continue;
      const cpu::AdamWScalars whole = AdamWScalarsOf(trials[k]);
      const float clip = ClipFactor(trials[k], norm[k]);
      for (const Range& range : ranges_) {
        cpu::AdamWScalars scalars = whole;
        scalars.step_size *= static_cast<float>(range.lr_factor);
        if (!range.decays) scalars.decay = 0;
        cpu::AdamWStep(
            range.count, clip, scalars,
            {row(state.weights, k) + range.first, row(gradient, k) + range.first,
             row(state.first_moment, k) + range.first, row(state.second_moment, k) + range.first});
      }
    }
  });
  return norms;
}

Tensor Optimizer::StepWithOperations(absl::Span<const TrialStep> trials,
                                     const OptimizedWeights& state, Tensor gradient) const {
  const Tensor norms = gradient.norm(2, {1}).cpu();
  const Tensor clip = torch::empty({gradient.size(0), 1});
  for (size_t k = 0; k < trials.size(); ++k) {
    clip.data_ptr<float>()[k] =
        ClipFactor(trials[k], norms[static_cast<int64_t>(k)].item<double>());
  }
  gradient.mul_(clip.to(gradient.options()));
  const Scalars scalars(trials, gradient);
  OptimizedWeights next =
      kind_ == Kind::kSgd ? Sgd(scalars, state, gradient) : Adam(scalars, state, gradient);
  if (kind_ == Kind::kMuon) {
    MuonStep(layout_, {scalars.lr, scalars.decay, scalars.momentum}, gradient, state, next);
  }
  const Tensor finite = norms.isfinite().view({-1, 1}).to(gradient.device());
  const Tensor weights = torch::where(finite, next.weights, state.weights);
  const Tensor first = torch::where(finite, next.first_moment, state.first_moment);
  const Tensor second = torch::where(finite, next.second_moment, state.second_moment);
  // Nothing is allocated any more: all is changed, or nothing.
  state.weights.copy_(weights);
  state.first_moment.copy_(first);
  state.second_moment.copy_(second);
  return norms;
}

OptimizedWeights Optimizer::Adam(const Scalars& scalars, const OptimizedWeights& state,
                                 const Tensor& gradient) const {
  const Tensor first = state.first_moment * scalars.beta1 + gradient * (1 - scalars.beta1);
  const Tensor second =
      state.second_moment * scalars.beta2 + gradient * gradient * (1 - scalars.beta2);
  const Tensor deviation = (second / scalars.correction2).sqrt_().add_(kEpsilon);
  const Tensor step = scalars.lr / scalars.correction1 * lr_factors_;
  return {Decayed(scalars, state.weights) - step * first / deviation, first, second};
}

OptimizedWeights Optimizer::Sgd(const Scalars& scalars, const OptimizedWeights& state,
                                const Tensor& gradient) const {
  const Tensor velocity = state.first_moment * scalars.momentum + gradient;
  return {Decayed(scalars, state.weights) - scalars.lr * velocity, velocity, state.second_moment};
}

Tensor Optimizer::Decayed(const Scalars& scalars, const Tensor& weights) const {
  return weights * (1 - scalars.decay * decay_mask_);
}

}  // namespace pathsweep

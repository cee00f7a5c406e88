#include "worker/train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "worker/train/muon.h"

namespace pathsweep {
namespace {

TEST(LearningRate, RisesOverTheWarmUpAndStays) {
  TrialParameters parameters;
  parameters.lr = 1e-3;
  parameters.warmup = 10;
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 1), 1e-4);
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 10), 1e-3);
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 1000), 1e-3);
  parameters.warmup = 0;
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 1), 1e-3);
}

TEST(LearningRate, CosineEndsAtTheFinalRateInTheLastStep) {
  TrialParameters parameters;
  parameters.lr = 1e-3;
  parameters.final_lr = 1e-5;
  parameters.warmup = 10;
  parameters.steps = 110;
  parameters.schedule = "cosine";
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 10), 1e-3);
  EXPECT_NEAR(LearningRate(parameters, 60), (1e-3 + 1e-5) / 2, 1e-12);
  EXPECT_NEAR(LearningRate(parameters, 110), 1e-5, 1e-12);
}

TEST(LearningRate, WarmUpLongerThanTheTrainingNeverEnds) {
  TrialParameters parameters;
  parameters.lr = 1e-3;
  parameters.warmup = 100;
  parameters.steps = 10;
  parameters.schedule = "cosine";
  EXPECT_DOUBLE_EQ(LearningRate(parameters, 10), 1e-4);
}

// The first half of so many weights decays.
WeightLayout LayoutOf(int64_t count) {
  WeightLayout layout;
  layout.Add({.shape = {count / 2}, .decays = true});
  layout.Add({.shape = {count - count / 2}});
  return layout;
}

// Weights [K, P] that have not been trained.
OptimizedWeights Untrained(const torch::Tensor& weights) {
  return {weights.clone(), torch::zeros_like(weights), torch::zeros_like(weights)};
}

TEST(AdamW, EachTrialHasItsOwnScalarsAndStep) {
  std::vector<TrialParameters> trials(2);
  for (TrialParameters& trial : trials) trial.warmup = 4;
  trials[0].lr = 1e-3;
  trials[1].lr = 1e-2;
  trials[1].weight_decay = 0.5;
  trials[1].beta1 = 0.5;
  trials[1].beta2 = 0.9;
  trials[1].grad_clip = 0.1;
  const torch::Tensor start = torch::randn({2, 37});
  const torch::Tensor gradient = torch::randn({2, 37});
  const WeightLayout layout = LayoutOf(37);
  const Optimizer optimizer("adamw", layout, torch::kCPU);
  const OptimizedWeights together = Untrained(start);
  for (int step = 1; step <= 3; ++step) {
    optimizer.TakeSteps({{trials[0], 1, step}, {trials[1], 2, step + 10}}, together,
                        gradient.clone());
  }
  for (int64_t k = 0; k < 2; ++k) {
    const OptimizedWeights alone = Untrained(start.narrow(0, k, 1));
    for (int step = 1; step <= 3; ++step) {
      optimizer.TakeSteps({{trials[k], 1, step + 10 * k}}, alone, gradient.narrow(0, k, 1).clone());
    }
    EXPECT_TRUE(together.weights.narrow(0, k, 1).equal(alone.weights));
  }
}

TEST(AdamW, TheKernelAgreesWithLibTorchsOperations) {
  std::vector<TrialParameters> trials(2);
  trials[1].weight_decay = 0.5;
  trials[1].grad_clip = 0;
  const torch::Tensor start = torch::randn({2, 37});
  const WeightLayout layout = LayoutOf(37);
  const Optimizer optimizer("adamw", layout, torch::kCPU);
  const OptimizedWeights kernel = Untrained(start), exact = Untrained(start.to(torch::kDouble));
  for (int step = 1; step <= 5; ++step) {
    const torch::Tensor gradient = 3 * torch::randn({2, 37});
    const std::vector<TrialStep> steps = {{trials[0], 1, step}, {trials[1], 2, 7 * step}};
    const torch::Tensor norms = optimizer.TakeSteps(steps, kernel, gradient.clone());
    const torch::Tensor exact_norms =
        optimizer.TakeSteps(steps, exact, gradient.to(torch::kDouble));
    EXPECT_TRUE(torch::allclose(norms, exact_norms.to(torch::kFloat), 1e-6));
  }
  EXPECT_TRUE(torch::allclose(kernel.weights.to(torch::kDouble), exact.weights, 1e-6, 1e-7));
  EXPECT_TRUE(
      torch::allclose(kernel.second_moment.to(torch::kDouble), exact.second_moment, 1e-6, 1e-9));
}

TEST(AdamW, ATrialWhoseGradientIsNotFiniteStaysAndTheOthersGoOn) {
  const TrialParameters trial;
  const WeightLayout layout = LayoutOf(3);
  const Optimizer optimizer("adamw", layout, torch::kCPU);
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    for (float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      const OptimizedWeights state = Untrained(torch::ones({2, 3}, type));
      const torch::Tensor gradient =
          torch::tensor({{1.0F, bad, 1.0F}, {1.0F, 2.0F, 3.0F}}).to(type);
      const torch::Tensor norms =
          optimizer.TakeSteps({{trial, 1, 1}, {trial, 1, 1}}, state, gradient);
      EXPECT_FALSE(norms[0].isfinite().item<bool>());
      EXPECT_TRUE(state.weights[0].equal(torch::ones({3}, type)));
      EXPECT_TRUE(state.first_moment[0].equal(torch::zeros({3}, type)));
      EXPECT_TRUE(norms[1].isfinite().item<bool>());
      EXPECT_TRUE((state.weights[1] < 1).all().item<bool>());
    }
  }
}

TEST(AdamW, ZeroClipDoesNotClip) {
  TrialParameters clipped, unclipped;
  clipped.grad_clip = 1e9;
  unclipped.grad_clip = 0;
  const OptimizedWeights state = Untrained(torch::ones({2, 3}));
  const torch::Tensor gradient = torch::tensor({{5.0F, -3.0F, 1.0F}}).repeat({2, 1});
  const WeightLayout layout = LayoutOf(3);
  Optimizer("adamw", layout, torch::kCPU)
      .TakeSteps({{clipped, 1, 1}, {unclipped, 1, 1}}, state, gradient);
  EXPECT_TRUE(state.weights[0].equal(state.weights[1]));
}

// For an optimizer that only operations take.
OptimizedWeights StepOnce(const std::string& name, const TrialParameters& trial,
                          const WeightLayout& layout, const torch::Tensor& start,
                          const torch::Tensor& gradient) {
  const OptimizedWeights state = Untrained(start);
  Optimizer(name, layout, torch::kCPU).TakeSteps({{trial, 1, 1}}, state, gradient.clone());
  return state;
}

TEST(Sgd, HasDecoupledDecayAndMomentum) {
  TrialParameters trial;
  trial.lr = 0.5;
  trial.warmup = 0;
  trial.momentum = 0.9;
  trial.weight_decay = 0.1;
  trial.grad_clip = 0;
  const WeightLayout layout = LayoutOf(2);
  const OptimizedWeights state = Untrained(torch::ones({1, 2}));
  const Optimizer optimizer("sgd", layout, torch::kCPU);
  optimizer.TakeSteps({{trial, 1, 1}}, state, torch::ones({1, 2}));
  EXPECT_TRUE(torch::allclose(state.weights, torch::tensor({{0.95F - 0.5F, 0.5F}})));
  optimizer.TakeSteps({{trial, 1, 2}}, state, torch::ones({1, 2}));
  EXPECT_TRUE(torch::allclose(state.weights,
                              torch::tensor({{0.45F * 0.95F - 0.5F * 1.9F, 0.5F - 0.5F * 1.9F}})));
}

TEST(Muon, BringsSingularValuesNearOne) {
  torch::manual_seed(1);
  for (const auto& [rows, columns] : {std::pair{6, 6}, {4, 16}, {16, 4}}) {
    const torch::Tensor x = torch::randn({3, rows, columns}, torch::kDouble);
    const torch::Tensor out = Orthogonalize(x);
    const torch::Tensor values = torch::linalg_svdvals(out);
    EXPECT_GT(values.min().item<double>(), 0.6);
    EXPECT_LT(values.max().item<double>(), 1.25);
    // Along the same singular vectors: UᵀxV of the two are both diagonal.
    const auto [u, s, v] = torch::linalg_svd(x, /*full_matrices=*/false);
    const torch::Tensor turned = u.transpose(1, 2).matmul(out).matmul(v.transpose(1, 2));
    const torch::Tensor beside = turned - torch::diag_embed(turned.diagonal(0, 1, 2));
    EXPECT_LT(beside.abs().max().item<double>(), 1e-9);
  }
}

TEST(Muon, StepsOfHiddenMatricesDoNotDependOnTheGradientsSize) {
  TrialParameters trial;
  trial.grad_clip = 0;
  WeightLayout layout;
  layout.Matrix(4, 12, 3);
  layout.Constant({1, 5}, 0);
  torch::manual_seed(1);
  const torch::Tensor start = torch::randn({1, 53}), gradient = torch::randn({1, 53});
  const OptimizedWeights one = StepOnce("muon", trial, layout, start, gradient);
  const OptimizedWeights ten = StepOnce("muon", trial, layout, start, 10 * gradient);
  EXPECT_TRUE(torch::allclose(one.weights, ten.weights, 1e-4, 1e-6));
  EXPECT_FALSE(one.weights.narrow(1, 0, 48).equal(start.narrow(1, 0, 48)));
  // The rest is AdamW's.
  const OptimizedWeights adamw = StepOnce("adamw", trial, layout, start, gradient);
  EXPECT_TRUE(torch::allclose(one.weights.narrow(1, 48, 5), adamw.weights.narrow(1, 48, 5)));
}

TEST(Muon, EachTrialHasItsOwnScalars) {
  std::vector<TrialParameters> trials(2);
  trials[1].lr = 0.1;
  trials[1].momentum = 0.5;
  trials[1].weight_decay = 0.3;
  WeightLayout layout;
  layout.Matrix(4, 8);
  layout.Matrix(8, 4);
  layout.Matrix(4, 8, 2);
  torch::manual_seed(1);
  const torch::Tensor start = torch::randn({2, 96}), gradient = torch::randn({2, 96});
  const OptimizedWeights together = Untrained(start);
  Optimizer("muon", layout, torch::kCPU)
      .TakeSteps({{trials[0], 1, 1}, {trials[1], 1, 1}}, together, gradient.clone());
  for (int64_t k = 0; k < 2; ++k) {
    const OptimizedWeights alone =
        StepOnce("muon", trials[k], layout, start.narrow(0, k, 1), gradient.narrow(0, k, 1));
    EXPECT_TRUE(torch::allclose(together.weights.narrow(0, k, 1), alone.weights, 1e-5, 1e-6));
  }
}

}  // namespace
}  // namespace pathsweep

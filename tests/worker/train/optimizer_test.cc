#include "worker/train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

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
  const torch::Tensor mask = (torch::arange(37) % 2).to(torch::kFloat);
  const OptimizedWeights together = Untrained(start);
  for (int step = 1; step <= 3; ++step) {
    TakeSteps({{trials[0], step}, {trials[1], step + 10}}, mask, together, gradient.clone());
  }
  for (int64_t k = 0; k < 2; ++k) {
    const OptimizedWeights alone = Untrained(start.narrow(0, k, 1));
    for (int step = 1; step <= 3; ++step) {
      TakeSteps({{trials[k], step + 10 * k}}, mask, alone, gradient.narrow(0, k, 1).clone());
    }
    EXPECT_TRUE(together.weights.narrow(0, k, 1).equal(alone.weights));
  }
}

TEST(AdamW, TheKernelAgreesWithLibTorchsOperations) {
  std::vector<TrialParameters> trials(2);
  trials[1].weight_decay = 0.5;
  trials[1].grad_clip = 0;
  const torch::Tensor start = torch::randn({2, 37});
  const torch::Tensor mask = (torch::arange(37) % 2).to(torch::kFloat);
  const OptimizedWeights kernel = Untrained(start), exact = Untrained(start.to(torch::kDouble));
  for (int step = 1; step <= 5; ++step) {
    const torch::Tensor gradient = 3 * torch::randn({2, 37});
    const std::vector<TrialStep> steps = {{trials[0], step}, {trials[1], 7 * step}};
    const torch::Tensor norms = TakeSteps(steps, mask, kernel, gradient.clone());
    const torch::Tensor exact_norms =
        TakeSteps(steps, mask.to(torch::kDouble), exact, gradient.to(torch::kDouble));
    EXPECT_TRUE(torch::allclose(norms, exact_norms.to(torch::kFloat), 1e-6));
  }
  EXPECT_TRUE(torch::allclose(kernel.weights.to(torch::kDouble), exact.weights, 1e-6, 1e-7));
  EXPECT_TRUE(
      torch::allclose(kernel.second_moment.to(torch::kDouble), exact.second_moment, 1e-6, 1e-9));
}

TEST(AdamW, ATrialWhoseGradientIsNotFiniteStaysAndTheOthersGoOn) {
  const TrialParameters trial;
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    for (float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      const OptimizedWeights state = Untrained(torch::ones({2, 3}, type));
      const torch::Tensor gradient =
          torch::tensor({{1.0F, bad, 1.0F}, {1.0F, 2.0F, 3.0F}}).to(type);
      const torch::Tensor norms =
          TakeSteps({{trial, 1}, {trial, 1}}, torch::ones({3}, type), state, gradient);
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
  TakeSteps({{clipped, 1}, {unclipped, 1}}, torch::ones({3}), state, gradient);
  EXPECT_TRUE(state.weights[0].equal(state.weights[1]));
}

}  // namespace
}  // namespace pathsweep

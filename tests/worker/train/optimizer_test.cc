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

TEST(AdamW, EachTrialHasItsOwnScalars) {
  std::vector<TrialParameters> trials(2);
  for (TrialParameters& trial : trials) trial.warmup = 0;
  trials[0].lr = 1e-3;
  trials[1].lr = 1e-2;
  trials[1].weight_decay = 0.5;
  trials[1].beta1 = 0.5;
  const torch::Tensor start = torch::randn({2, 5});
  const torch::Tensor gradient = torch::randn({2, 5});
  const torch::Tensor mask = torch::ones({5});
  torch::Tensor together = start.clone();
  AdamW both(trials, mask);
  for (int step = 1; step <= 3; ++step) both.Step(together, gradient.clone(), step);
  for (int64_t k = 0; k < 2; ++k) {
    torch::Tensor alone = start.narrow(0, k, 1).clone();
    AdamW one({&trials[k], 1}, mask);
    for (int step = 1; step <= 3; ++step) one.Step(alone, gradient.narrow(0, k, 1).clone(), step);
    EXPECT_TRUE(torch::allclose(together.narrow(0, k, 1), alone, 1e-6, 1e-7));
  }
}

TEST(AdamW, GradientThatIsNotFiniteChangesNothing) {
  const TrialParameters trial;
  AdamW optimizer({&trial, 1}, torch::ones({3}));
  torch::Tensor weights = torch::ones({1, 3});
  for (float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const torch::Tensor norm = optimizer.Step(weights, torch::tensor({{1.0F, bad, 1.0F}}), 1);
    EXPECT_FALSE(norm.isfinite().item<bool>());
    EXPECT_TRUE(weights.equal(torch::ones({1, 3})));
  }
}

TEST(AdamW, ZeroClipDoesNotClip) {
  TrialParameters clipped, unclipped;
  clipped.grad_clip = 1e9;
  unclipped.grad_clip = 0;
  torch::Tensor a = torch::ones({1, 3}), b = torch::ones({1, 3});
  const torch::Tensor gradient = torch::tensor({{5.0F, -3.0F, 1.0F}});
  AdamW({&clipped, 1}, torch::ones({3})).Step(a, gradient.clone(), 1);
  AdamW({&unclipped, 1}, torch::ones({3})).Step(b, gradient.clone(), 1);
  EXPECT_TRUE(a.equal(b));
}

}  // namespace
}  // namespace pathsweep

#include "worker/train/weights.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "tests/worker/train/tensors.h"

namespace pathsweep {
namespace {

TEST(InitialRow, IsThatOfTheSeed) {
  const TrialParameters parameters;
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  EXPECT_TRUE(InitialRow(model, parameters, 1).equal(InitialRow(model, parameters, 1)));
  EXPECT_FALSE(InitialRow(model, parameters, 1).equal(InitialRow(model, parameters, 2)));
}

TEST(InitialRow, HasTheAskedDistributions) {
  TrialParameters parameters;
  parameters.init_std = 0.05;
  parameters.embedding_init_std = 0.7;
  WeightLayout layout;
  const WeightId table = layout.Embedding(100, 50);
  layout.SetWidthRatio(4);
  const LinearId linear = layout.Linear(50, 100);
  const NormId norm = layout.Norm(50, /*rms=*/false);
  const WeightId uniform =
      layout.Add({.shape = {50, 100}, .initial = Initial::kUniform, .scale = 0.5});
  const WeightId index = layout.Add({.shape = {3, 4}, .initial = Initial::kLogIndex});
  const WeightId time = layout.Add({.shape = {1, 5000}, .initial = Initial::kTimeStep});
  const torch::Tensor row = layout.InitialRow(1, parameters, torch::kCPU);
  const Weights weights(layout, row);
  EXPECT_NEAR(weights[table].std().item<double>(), 0.7, 0.03);
  EXPECT_NEAR(weights[linear.matrix].std().item<double>(), 0.05 / 2, 0.001);
  EXPECT_EQ(weights[linear.bias].abs().max().item<float>(), 0);
  EXPECT_TRUE(weights[norm.gain].eq(1).all().item<bool>());
  EXPECT_NEAR(weights[uniform].std().item<double>(), 0.5 / std::sqrt(3), 0.01);
  EXPECT_LE(weights[uniform].abs().max().item<float>(), 0.5);
  EXPECT_TRUE(torch::allclose(weights[index].exp()[0][2], torch::tensor({1.0F, 2.0F, 3.0F, 4.0F})));
  const torch::Tensor logs = torch::softplus(weights[time]).log();
  EXPECT_NEAR(logs.min().item<double>(), std::log(0.001), 0.01);
  EXPECT_NEAR(logs.max().item<double>(), std::log(0.1), 0.01);
  EXPECT_NEAR(logs.mean().item<double>(), std::log(0.01), 0.05);
}

}  // namespace
}  // namespace pathsweep

#include "worker/train/dropout.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/worker/train/tensors.h"

namespace pathsweep {
namespace {

const torch::Tensor kOnes = torch::ones({2, 8, 16, 32});

TEST(Dropout, DropsTheShareOfEachTrialAndKeepsTheMean) {
  Dropout dropout({{1, 5, 0.25}, {2, 5, 0.0}});
  const torch::Tensor out = dropout.Drop(kOnes);
  EXPECT_NEAR(out[0].eq(0).to(torch::kFloat).mean().item<double>(), 0.25, 0.03);
  EXPECT_NEAR(out[0].mean().item<double>(), 1, 0.03);
  EXPECT_TRUE(out[1].eq(1).all().item<bool>());
}

TEST(Dropout, IsAnotherAtEachPlaceAndStepAndSeedAndElseTheSame) {
  Dropout once({{1, 5, 0.5}, {2, 5, 0.5}}), again({{1, 5, 0.5}, {2, 5, 0.5}});
  Dropout later({{1, 6, 0.5}, {2, 6, 0.5}});
  const torch::Tensor first = once.Drop(kOnes);
  EXPECT_TRUE(first.equal(again.Drop(kOnes)));
  EXPECT_FALSE(first.equal(once.Drop(kOnes)));
  EXPECT_FALSE(first.equal(later.Drop(kOnes)));
  EXPECT_FALSE(first[0].equal(first[1]));
}

TEST(Dropout, OfNothingIsNotActive) {
  EXPECT_FALSE(Dropout({{1, 5, 0.0}, {2, 5, 0.0}}).active());
  EXPECT_TRUE(Dropout({{1, 5, 0.0}, {2, 5, 0.1}}).active());
}

// In expectation a layer's output stays, so the logits of small dropout are near those without.
TEST(Dropout, ActsInEveryArchitecture) {
  for (const char* architecture : {"transformer", "mamba", "lstm", "gru"}) {
    TrialParameters parameters;
    parameters.architecture = architecture;
    parameters.length = 3;
    parameters.nodes = 5;
    parameters.width = 16;
    parameters.depth = 2;
    parameters.init_std = 0.2;
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights = InitialRow(model, parameters, 1);
    const torch::Tensor tokens = Inputs(parameters, 0).unsqueeze(0);
    const torch::Tensor all = model.Logits(weights, tokens);
    const auto distance = [&](double share) {
      const torch::Tensor some = model.Logits(weights, tokens, Dropout({{1, 1, share}}));
      return ((some - all).norm() / all.norm()).item<double>();
    };
    EXPECT_EQ(distance(0), 0) << architecture;
    EXPECT_LT(distance(1e-9), 1e-5) << architecture;
    EXPECT_GT(distance(0.5), 0.1) << architecture;
  }
}

}  // namespace
}  // namespace pathsweep

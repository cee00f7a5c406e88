#include "worker/train/scheduled_sampling.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/worker/train/tensors.h"

namespace pathsweep {
namespace {

TrialParameters Sampled(double probability) {
  TrialParameters parameters;
  parameters.objective = "scheduled_sampling";
  parameters.sampling_prob = probability;
  parameters.length = 4;
  parameters.nodes = 8;
  parameters.width = 16;
  parameters.init_std = 0.2;
  parameters.batch_size = 200;
  return parameters;
}

// Inputs of the trials, alike, as they are shown in step 3.
torch::Tensor Shown(const std::vector<TrialParameters>& trials) {
  const Model model(ModelShapeOf(trials[0]), torch::kCPU);
  std::vector<TrialStep> sampled;
  std::vector<torch::Tensor> weights;
  for (size_t k = 0; k < trials.size(); ++k) {
    sampled.push_back({trials[k], k, 3});
    weights.push_back(InitialRow(model, trials[k], k));
  }
  const torch::Tensor inputs = Inputs(trials[0], 0, 200);
  return ShowPredictions(model, torch::cat(weights), sampled,
                         torch::stack(std::vector<torch::Tensor>(trials.size(), inputs)));
}

TEST(SamplingProbability, IsConstantOrRises) {
  TrialParameters parameters = Sampled(0.5);
  parameters.steps = 100;
  EXPECT_EQ(SamplingProbability(parameters, 1), 0.5);
  parameters.sampling_schedule = "linear";
  EXPECT_EQ(SamplingProbability(parameters, 50), 0.25);
  EXPECT_EQ(SamplingProbability(parameters, 100), 0.5);
  parameters.objective = "standard";
  EXPECT_EQ(SamplingProbability(parameters, 100), 0);
}

TEST(ShowPredictions, ShowsEveryPredictionOrNone) {
  const TrialParameters all = Sampled(1), none = Sampled(0);
  const torch::Tensor inputs = Inputs(all, 0, 200);
  EXPECT_TRUE(Shown({none})[0].equal(inputs));
  const Model model(ModelShapeOf(all), torch::kCPU);
  const torch::Tensor said =
      model.Logits(InitialRow(model, all, 0), inputs.unsqueeze(0)).argmax(-1)[0];
  const torch::Tensor shown = Shown({all})[0];
  const int64_t prefix = inputs.size(1) - 3;
  EXPECT_TRUE(shown.narrow(1, 0, prefix).equal(inputs.narrow(1, 0, prefix)));
  EXPECT_TRUE(shown.narrow(1, prefix, 3).equal(said.narrow(1, 0, 3)));
}

TEST(ShowPredictions, TossesACoinForEachInput) {
  const torch::Tensor all = Shown({Sampled(1)})[0], none = Shown({Sampled(0)})[0];
  const torch::Tensor half = Shown({Sampled(0.5)})[0];
  const torch::Tensor differs = all.ne(none);
  EXPECT_TRUE(torch::where(half.eq(all), all, none).equal(half));
  const double share = half.ne(none).sum().item<double>() / differs.sum().item<double>();
  EXPECT_NEAR(share, 0.5, 0.06);
}

TEST(ShowPredictions, LeavesOtherTrialsAlone) {
  TrialParameters standard = Sampled(0.5);
  standard.objective = "standard";
  const torch::Tensor together = Shown({Sampled(0.5), standard, Sampled(0.9)});
  EXPECT_TRUE(together[0].equal(Shown({Sampled(0.5)})[0]));
  EXPECT_TRUE(together[1].equal(Inputs(standard, 0, 200)));
  EXPECT_FALSE(together[2].equal(together[0]));
}

}  // namespace
}  // namespace pathsweep

#include "worker/train/model.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "worker/train/batch.h"

namespace pathsweep {
namespace {

TrialParameters Small(const std::string& position = "learned") {
  TrialParameters parameters;
  parameters.length = 4;
  parameters.nodes = 8;
  parameters.depth = 2;
  parameters.width = 16;
  parameters.position = position;
  return parameters;
}

torch::Tensor Inputs(const TrialParameters& parameters, uint64_t first, int count = 4) {
  std::vector<uint64_t> indices;
  for (int i = 0; i < count; ++i) indices.push_back(first + i);
  const TaskShape task = TaskShapeOf(parameters);
  return MakeBatch(task, Objective::kStandard, DrawExamples(task, 1, Stream::kTrainGraphs, indices))
      .inputs;
}

TEST(Model, TwoTrialsInABatchAreTwoTrialsAlone) {
  for (const char* position : {"learned", "rope"}) {
    const TrialParameters parameters = Small(position);
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights =
        torch::cat({model.InitialWeights(1, parameters), model.InitialWeights(2, parameters)});
    const torch::Tensor tokens = torch::stack({Inputs(parameters, 0), Inputs(parameters, 100)});
    const torch::Tensor together = model.Logits(weights, tokens);
    for (int64_t k = 0; k < 2; ++k) {
      const torch::Tensor alone = model.Logits(weights.narrow(0, k, 1), tokens.narrow(0, k, 1));
      EXPECT_TRUE(torch::allclose(together.narrow(0, k, 1), alone, 1e-5, 1e-6)) << position;
    }
  }
}

TEST(Model, TrialsOfABatchHaveGradientsOfTheirOwn) {
  const TrialParameters parameters = Small();
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  torch::Tensor weights =
      model.InitialWeights(1, parameters).repeat({2, 1}).detach().requires_grad_();
  const torch::Tensor tokens = torch::stack({Inputs(parameters, 0), Inputs(parameters, 100)});
  model.Logits(weights, tokens).select(0, 0).square().sum().backward();
  EXPECT_GT(weights.grad()[0].abs().max().item<float>(), 0);
  EXPECT_EQ(weights.grad()[1].abs().max().item<float>(), 0);
}

TEST(Model, InitialWeightsAreThoseOfTheSeed) {
  const TrialParameters parameters = Small();
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  EXPECT_TRUE(model.InitialWeights(1, parameters).equal(model.InitialWeights(1, parameters)));
  EXPECT_FALSE(model.InitialWeights(1, parameters).equal(model.InitialWeights(2, parameters)));
}

TEST(Model, InitialWeightsHaveTheAskedDeviations) {
  TrialParameters parameters = Small();
  parameters.width = 64;
  parameters.init_std = 0.05;
  parameters.embedding_init_std = 0.7;
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  const torch::Tensor weights = model.InitialWeights(1, parameters)[0];
  const int64_t embedding = TaskShapeOf(parameters).Vocabulary() * parameters.width;
  const int64_t head = embedding;
  EXPECT_NEAR(weights.narrow(0, 0, embedding).std().item<double>(), 0.7, 0.05);
  EXPECT_NEAR(weights.narrow(0, model.size() - head, head).std().item<double>(), 0.05, 0.005);
}

TEST(Model, LaterTokensDoNotReachEarlierTargets) {
  for (const char* position : {"learned", "rope"}) {
    const TrialParameters parameters = Small(position);
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights = model.InitialWeights(1, parameters);
    torch::Tensor tokens = Inputs(parameters, 0).unsqueeze(0);
    const torch::Tensor before = model.Logits(weights, tokens);
    tokens = tokens.clone();
    tokens.select(2, tokens.size(2) - 1).fill_(0);
    const torch::Tensor after = model.Logits(weights, tokens);
    const int64_t last = parameters.length - 1;
    EXPECT_TRUE(before.narrow(2, 0, last).equal(after.narrow(2, 0, last)));
    EXPECT_FALSE(before.select(2, last).equal(after.select(2, last)));
  }
}

}  // namespace
}  // namespace pathsweep

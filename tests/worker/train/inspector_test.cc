#include "worker/train/inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <numeric>

#include "tests/worker/train/recorder.h"
#include "tests/worker/train/tensors.h"
#include "worker/task/task_shape.h"
#include "worker/train/attention.h"

namespace pathsweep {
namespace {

using testing::HasSubstr;

TrialParameters Small(const std::string& architecture) {
  TrialParameters parameters;
  parameters.architecture = architecture;
  parameters.objective = "reverse";
  parameters.length = 4;
  parameters.nodes = 7;
  parameters.depth = 2;
  parameters.width = 16;
  parameters.position = "rope";
  parameters.init_std = 0.3;
  parameters.batch_size = 8;
  parameters.test_samples = 8;
  parameters.steps = 3;
  return parameters;
}

// Keeps the end.
struct LastCheckpoint : Recorder {
  bool WantsCheckpoint(const CheckpointMoment& moment) override { return moment.last; }
  void OnCheckpoint(int64_t, const std::string& bytes) override { checkpoint = bytes; }
  std::string checkpoint;
};

std::string Train(const TrialParameters& parameters) {
  LastCheckpoint observer;
  TrainTrial(parameters, 5, "cpu", observer);
  return observer.checkpoint;
}

TEST(AttentionShares, AreThoseOfTheAttention) {
  torch::manual_seed(1);
  const torch::Tensor angles = torch::randn({9, 4}), bias = torch::randn({2, 1, 48});
  const AttentionOptions options{2, angles.cos(), angles.sin(), 0.3};
  const torch::Tensor projected = torch::randn({2, 3, 9, 48});
  const torch::Tensor shares = AttentionShares(projected, bias, options);
  const torch::Tensor values =
      (projected + bias.unsqueeze(1)).narrow(3, 32, 16).view({2, 3, 9, 2, 8}).transpose(2, 3);
  const torch::Tensor mixed = shares.matmul(values).transpose(2, 3).reshape({2, 3, 9, 16});
  EXPECT_TRUE(torch::allclose(mixed, Attention(projected, bias, options), 1e-4, 1e-5));
}

TEST(LogitsByLayer, EndWithTheLogits) {
  for (const char* architecture : {"transformer", "mamba", "lstm", "gru"}) {
    const TrialParameters parameters = Small(architecture);
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights = InitialRow(model, parameters, 1);
    const torch::Tensor tokens = Inputs(parameters, 0).unsqueeze(0);
    const LayerLogits layers = model.LogitsByLayer(weights, tokens);
    ASSERT_EQ(layers.logits.size(), 3u) << architecture;
    EXPECT_TRUE(layers.logits.back().equal(model.Logits(weights, tokens))) << architecture;
    for (const torch::Tensor& early : {layers.logits[0], layers.logits[1]}) {
      EXPECT_EQ(early.sizes(), layers.logits.back().sizes());
      EXPECT_FALSE(early.equal(layers.logits.back())) << architecture;
    }
    EXPECT_EQ(layers.attention.size(), parameters.architecture == "transformer" ? 2u : 0u);
  }
}

TEST(InspectGraphs, SaysWhatTheModelSays) {
  const TrialParameters parameters = Small("transformer");
  const std::string checkpoint = Train(parameters);
  const InspectedModel model = ReadModel(checkpoint).value();
  EXPECT_EQ(model.parameters, parameters);
  EXPECT_EQ(model.seed, 5u);
  EXPECT_EQ(model.step, 3);
  const TaskShape shape = TaskShapeOf(parameters);
  const Example example = DrawExample(shape, 5, Stream::kTestGraphs, 0);
  const InspectedGraph graph =
      InspectGraphs(checkpoint, {example}, /*with_attention=*/true).value().front();
  EXPECT_EQ(graph.inputs.size(), static_cast<size_t>(shape.InputLength()));
  EXPECT_EQ(graph.targets, std::vector<int64_t>(example.path.rbegin(), example.path.rend()));
  for (size_t i = 0; i < graph.answers.size(); ++i) {
    const Answer& answer = graph.answers[i];
    EXPECT_GE(answer.probability, answer.right_probability);
    EXPECT_EQ(answer.token == graph.targets[i], answer.probability == answer.right_probability);
    // The model reads its own answers.
    if (i + 1 < graph.answers.size()) {
      EXPECT_EQ(graph.inputs[graph.inputs.size() - 3 + i], answer.token);
    }
  }
  ASSERT_EQ(graph.attention.size(), 2u);
  for (const auto& row : graph.attention[1][1]) {
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-5);
  }
}

TEST(ReadModel, RefusesWhatIsNoCheckpoint) {
  const std::string checkpoint = Train(Small("gru"));
  EXPECT_TRUE(ReadModel(checkpoint).ok());
  for (const std::string& bad : {std::string(), std::string("text"), checkpoint.substr(0, 300)}) {
    EXPECT_THAT(std::string(ReadModel(bad).status().message()), HasSubstr("cannot be read"));
  }
}

}  // namespace
}  // namespace pathsweep

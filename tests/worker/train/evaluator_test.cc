#include "worker/train/evaluator.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <numeric>

#include "worker/task/task_shape.h"

namespace pathsweep {
namespace {

std::map<std::string, double> ScoreOf(const torch::Tensor& decoded, const torch::Tensor& forced,
                                      const torch::Tensor& targets, Objective objective) {
  std::map<std::string, double> metrics;
  for (const MetricValue& metric : Score({forced, decoded, 0.5}, targets, objective)) {
    metrics[metric.name] = metric.value;
  }
  return metrics;
}

TEST(Score, CountsExactMatchesPositionsAndTheGap) {
  const torch::Tensor targets = torch::tensor({{1, 2, 3, 4}, {5, 6, 7, 8}});
  const torch::Tensor decoded = torch::tensor({{1, 2, 3, 4}, {5, 9, 9, 9}});
  const torch::Tensor forced = torch::tensor({{1, 2, 3, 4}, {5, 9, 7, 8}});
  auto metrics = ScoreOf(decoded, forced, targets, Objective::kStandard);
  EXPECT_EQ(metrics["exact_match"], 0.5);
  EXPECT_EQ(metrics["token_accuracy"], 5.0 / 8);
  EXPECT_EQ(metrics["position_accuracy/1"], 1);
  EXPECT_EQ(metrics["position_accuracy/4"], 0.5);
  EXPECT_EQ(metrics["first_step_accuracy"], 0.5);
  EXPECT_EQ(metrics["forced_position_accuracy/3"], 1);
  EXPECT_EQ(metrics["forced_token_accuracy"], 7.0 / 8);
  EXPECT_EQ(metrics["cheat_gap"], 0.5);
  EXPECT_EQ(metrics["test_loss"], 0.5);
}

TEST(Score, CountsPositionsOfReverseAlongThePath) {
  const torch::Tensor targets = torch::tensor({{4, 3, 2, 1}});  // goal to start
  const torch::Tensor decoded = torch::tensor({{4, 3, 9, 1}});  // the node after the start is wrong
  auto metrics = ScoreOf(decoded, decoded, targets, Objective::kReverse);
  EXPECT_EQ(metrics["position_accuracy/2"], 0);
  EXPECT_EQ(metrics["first_step_accuracy"], 0);
  EXPECT_EQ(metrics["position_accuracy/4"], 1);
}

TEST(Score, PathOfTwoNodesHasNoGap) {
  const torch::Tensor targets = torch::tensor({{1, 2}});
  EXPECT_FALSE(ScoreOf(targets, targets, targets, Objective::kStandard).contains("cheat_gap"));
}

TEST(Predict, DecodesAsOneTokenAtATimeDoes) {
  TrialParameters parameters;
  parameters.length = 6;
  parameters.nodes = 12;
  parameters.depth = 2;
  parameters.width = 16;
  parameters.init_std = 0.5;  // so that predictions differ and depend on what came before
  const TaskShape task = TaskShapeOf(parameters);
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  const torch::Tensor weights = model.layout().InitialRow(3, parameters, torch::kCPU);
  std::vector<uint64_t> indices(64);
  std::iota(indices.begin(), indices.end(), uint64_t{0});
  const Batch test =
      MakeBatch(task, Objective::kStandard, DrawExamples(task, 1, Stream::kTestGraphs, indices));
  torch::Tensor inputs = test.inputs.clone();
  torch::Tensor decoded = torch::empty_like(test.targets);
  for (int64_t i = 0; i < task.length; ++i) {
    const torch::Tensor next =
        model.Logits(weights, inputs.unsqueeze(0)).argmax(-1).squeeze(0).select(1, i);
    decoded.select(1, i).copy_(next);
    if (i + 1 < task.length) inputs.select(1, task.PrefixLength() + i).copy_(next);
  }
  const Predictions predictions = Predict(model, weights, Objective::kStandard, test);
  EXPECT_TRUE(predictions.decoded.equal(decoded));
  EXPECT_FALSE(predictions.decoded.equal(predictions.forced));
}

TEST(Predict, LogitsThatAreNotFiniteAreNeverRight) {
  TrialParameters parameters;
  parameters.length = 4;
  parameters.nodes = 8;
  const TaskShape task = TaskShapeOf(parameters);
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  const torch::Tensor weights = model.layout()
                                    .InitialRow(1, parameters, torch::kCPU)
                                    .fill_(std::numeric_limits<float>::quiet_NaN());
  for (Objective objective : {Objective::kStandard, Objective::kTeacherless}) {
    const Batch test =
        MakeBatch(task, objective, DrawExamples(task, 1, Stream::kTestGraphs, {0, 1, 2}));
    const Predictions predictions = Predict(model, weights, objective, test);
    for (const MetricValue& metric : Score(predictions, test.targets, objective)) {
      EXPECT_EQ(metric.value, 0) << metric.name;
    }
  }
}

}  // namespace
}  // namespace pathsweep

#include "worker/train/inspector.h"

#include <torch/torch.h>

#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/task/task_shape.h"
#include "worker/train/batch.h"
#include "worker/train/checkpoint.h"
#include "worker/train/evaluator.h"
#include "worker/train/model.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// What `work` returns, or what it threw.
template <typename Result, typename Work>
absl::StatusOr<Result> Guarded(Work work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the checkpoint cannot be read: ", error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the checkpoint cannot be read: ", error.what()));
  }
}

std::vector<int64_t> ToVector(const Tensor& tokens) {
  return {tokens.data_ptr<int64_t>(), tokens.data_ptr<int64_t>() + tokens.numel()};
}

// Of logits [L, V].
std::vector<Answer> AnswersOf(const Tensor& logits, const std::vector<int64_t>& right) {
  const Tensor finite = logits.isfinite().all(-1, /*keepdim=*/true);
  const Tensor probabilities = logits.to(torch::kDouble).softmax(-1).masked_fill(~finite, 0);
  const Tensor tokens = logits.argmax(-1).masked_fill(~finite.squeeze(-1), -1);
  const Tensor highest = std::get<0>(probabilities.max(-1));
  std::vector<Answer> answers;
  for (int64_t i = 0; i < logits.size(0); ++i) {
    answers.push_back({tokens[i].item<int64_t>(), highest[i].item<double>(),
                       probabilities[i][right[i]].item<double>()});
  }
  return answers;
}

std::vector<std::vector<std::vector<float>>> HeadsOf(const Tensor& shares) {  // [heads, T, T]
  const Tensor plain = shares.nan_to_num(0).contiguous();
  const int64_t tokens = plain.size(1);
  const float* place = plain.data_ptr<float>();
  std::vector<std::vector<std::vector<float>>> heads(plain.size(0));
  for (auto& head : heads) {
    for (int64_t i = 0; i < tokens; ++i, place += tokens) head.emplace_back(place, place + tokens);
  }
  return heads;
}

InspectedGraph InspectGraph(const Model& model, const Tensor& weights, Objective objective,
                            const Batch& batch, bool with_attention) {
  const torch::NoGradGuard no_grad;
  const Predictions predictions = Predict(model, weights, objective, batch);
  const Tensor inputs =
      IsAutoregressive(objective) ? FeedBack(batch.inputs, predictions.decoded) : batch.inputs;
  const LayerLogits layers = model.LogitsByLayer(weights, inputs.unsqueeze(0));
  InspectedGraph graph;
  graph.inputs = ToVector(inputs.contiguous());
  graph.targets = ToVector(batch.targets.contiguous());
  for (const Tensor& logits : layers.logits) {
    graph.lens.push_back(AnswersOf(logits[0][0], graph.targets));
  }
  graph.answers = graph.lens.back();
  if (!with_attention) return graph;
  for (const Tensor& shares : layers.attention) graph.attention.push_back(HeadsOf(shares[0][0]));
  return graph;
}

}  // namespace

absl::StatusOr<InspectedModel> ReadModel(const std::string& checkpoint) {
  return Guarded<InspectedModel>([&] {
    const TrainingState state = FromBytes(checkpoint);
    const NamedTrial trial = ReadTrialText(state.trial);
    const InspectedModel model{trial.parameters, trial.seed, state.step};
    const int64_t size = Model(ModelShapeOf(model.parameters), torch::kCPU).layout().size();
    if (state.weights.numel() != size) throw std::runtime_error("it is of another model");
    return model;
  });
}

absl::StatusOr<std::vector<InspectedGraph>> InspectGraphs(const std::string& checkpoint,
                                                          const std::vector<Example>& examples,
                                                          bool with_attention) {
  return Guarded<std::vector<InspectedGraph>>([&] {
    const TrainingState state = FromBytes(checkpoint);
    const TrialParameters parameters = ReadTrialText(state.trial).parameters;
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const Objective objective = ObjectiveOf(parameters);
    std::vector<InspectedGraph> graphs;
    for (const Example& example : examples) {
      graphs.push_back(InspectGraph(model, state.weights, objective,
                                    MakeBatch(TaskShapeOf(parameters), objective, {example}),
                                    with_attention));
    }
    return graphs;
  });
}

}  // namespace pathsweep

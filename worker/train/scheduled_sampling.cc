#include "worker/train/scheduled_sampling.h"

#include <torch/torch.h>

#include <vector>

#include "base/philox.h"
#include "worker/task/path_star.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// [B, count]: whether an input is to be a prediction.
Tensor DrawCoins(const TrialStep& trial, int64_t count) {
  const double probability = SamplingProbability(trial.parameters, trial.step);
  const int64_t examples = trial.parameters.batch_size;
  Tensor coins = torch::empty({examples, count}, torch::kBool);
  bool* coin = coins.data_ptr<bool>();
  for (int64_t i = 0; i < examples; ++i) {
    PhiloxStream random(trial.seed, static_cast<uint32_t>(Stream::kSampling),
                        static_cast<uint64_t>((trial.step - 1) * examples + i));
    for (int64_t j = 0; j < count; ++j) *coin++ = random.Uniform() <= probability;
  }
  return coins;
}

}  // namespace

double SamplingProbability(const TrialParameters& parameters, int64_t step) {
  if (parameters.objective != "scheduled_sampling") return 0;
  if (parameters.sampling_schedule == "constant") return parameters.sampling_prob;
  return parameters.sampling_prob * static_cast<double>(step) /
         static_cast<double>(parameters.steps);
}

Tensor ShowPredictions(const Model& model, const Tensor& weights,
                       absl::Span<const TrialStep> trials, const Tensor& inputs) {
  const int64_t targets = trials.front().parameters.length;
  std::vector<int64_t> rows;
  std::vector<Tensor> coins;
  for (size_t k = 0; k < trials.size(); ++k) {
    if (SamplingProbability(trials[k].parameters, trials[k].step) == 0) continue;
    rows.push_back(static_cast<int64_t>(k));
    coins.push_back(DrawCoins(trials[k], targets - 1));
  }
  if (rows.empty() || targets == 1) return inputs;
  const torch::NoGradGuard no_grad;
  const Tensor index = torch::tensor(rows).to(inputs.device());
  const Tensor shown = inputs.index_select(0, index);
  const int64_t tail = shown.size(2) - (targets - 1);
  const Tensor said = model.Logits(weights.index_select(0, index), shown).argmax(-1);
  shown.narrow(2, tail, targets - 1)
      .copy_(torch::where(torch::stack(coins).to(inputs.device()), said.narrow(2, 0, targets - 1),
                          shown.narrow(2, tail, targets - 1)));
  return inputs.index_copy(0, index, shown);
}

}  // namespace pathsweep

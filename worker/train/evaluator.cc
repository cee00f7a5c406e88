#include "worker/train/evaluator.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// Tokens that one forward pass of an evaluation may hold.
constexpr int64_t kTokensPerChunk = 1 << 15;

// Predictions [B, L] of logits [1, B, L, V].
Tensor Choose(const Tensor& logits) {
  const Tensor chosen = logits.argmax(-1).squeeze(0);
  return chosen.masked_fill(logits.isfinite().all(-1).logical_not().squeeze(0), -1);
}

Tensor LogitsOf(const Model& model, const Tensor& weights, const Tensor& inputs) {
  return model.Logits(weights, inputs.unsqueeze(0));
}

Tensor Decode(const Model& model, const Tensor& weights, const Tensor& inputs,
              const Tensor& first_guess) {
  Tensor guess = first_guess;
  for (int64_t round = 0; round + 1 < guess.size(1); ++round) {
    const Tensor next = Choose(LogitsOf(model, weights, FeedBack(inputs, guess)));
    if (next.equal(guess)) break;
    guess = next;
  }
  return guess;
}

void AddShares(std::vector<MetricValue>& metrics, const std::string& prefix, const Tensor& right) {
  metrics.push_back({prefix + "token_accuracy", right.mean().item<double>()});
  const Tensor by_position = right.mean(0);
  for (int64_t i = 0; i < right.size(1); ++i) {
    metrics.push_back(
        {absl::StrCat(prefix, "position_accuracy/", i + 1), by_position[i].item<double>()});
  }
}

}  // namespace

Predictions Predict(const Model& model, const Tensor& weights, Objective objective,
                    const Batch& test) {
  const torch::NoGradGuard no_grad;
  const int64_t count = test.inputs.size(0);
  const int64_t chunk = std::max<int64_t>(1, kTokensPerChunk / test.inputs.size(1));
  std::vector<Tensor> forced;
  std::vector<Tensor> decoded;
  double loss = 0;
  for (int64_t first = 0; first < count; first += chunk) {
    const int64_t size = std::min(chunk, count - first);
    const Tensor inputs = test.inputs.narrow(0, first, size).to(weights.device());
    const Tensor targets = test.targets.narrow(0, first, size).to(weights.device());
    const Tensor logits = LogitsOf(model, weights, inputs);
    loss += torch::nn::functional::cross_entropy(
                logits.flatten(0, 2), targets.flatten(),
                torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
                .item<double>();
    forced.push_back(Choose(logits));
    decoded.push_back(IsAutoregressive(objective) ? Decode(model, weights, inputs, forced.back())
                                                  : forced.back());
  }
  return {torch::cat(forced).cpu(), torch::cat(decoded).cpu(),
          loss / static_cast<double>(test.targets.numel())};
}

Tensor FeedBack(const Tensor& inputs, const Tensor& decoded) {
  const int64_t tail = decoded.size(1) - 1;
  const Tensor prefix = inputs.narrow(1, 0, inputs.size(1) - tail);
  return torch::cat({prefix, decoded.narrow(1, 0, tail).clamp_min(0)}, 1);
}

std::vector<MetricValue> Score(const Predictions& predictions, const Tensor& targets,
                               Objective objective) {
  const auto right = [&](const Tensor& predicted) {  // [S, L] in path order
    const Tensor hits = predicted.eq(targets).to(torch::kDouble);
    return objective == Objective::kReverse ? hits.flip({1}) : hits;
  };
  const Tensor decoded = right(predictions.decoded);
  const Tensor forced = right(predictions.forced);
  std::vector<MetricValue> metrics;
  metrics.push_back({std::string(kExactMatch), std::get<0>(decoded.min(1)).mean().item<double>()});
  AddShares(metrics, "", decoded);
  AddShares(metrics, "forced_", forced);
  const double first_step = decoded.select(1, 1).mean().item<double>();
  metrics.push_back({"first_step_accuracy", first_step});
  if (targets.size(1) > 2) {
    const double later = forced.narrow(1, 2, targets.size(1) - 2).mean().item<double>();
    metrics.push_back({"cheat_gap", later - first_step});
  }
  if (std::isfinite(predictions.loss)) metrics.push_back({"test_loss", predictions.loss});
  return metrics;
}

}  // namespace pathsweep

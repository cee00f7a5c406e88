// Writes what the trainer computes to files, for test_numerics.py to hold against an
// independent model: numerics_driver POSITION TIED FOLDER.
#include <torch/torch.h>

#include <fstream>
#include <string>
#include <vector>

#include "worker/train/batch.h"
#include "worker/train/model.h"
#include "worker/train/optimizer.h"

namespace pathsweep {
namespace {

constexpr int kSteps = 10;

// test_numerics.py has the same numbers.
TrialParameters Parameters(const std::string& position, bool tied) {
  TrialParameters parameters;
  parameters.degree = 2;
  parameters.length = 4;
  parameters.nodes = 8;
  parameters.depth = 2;
  parameters.width = 16;
  parameters.heads = 2;
  parameters.position = position;
  parameters.tie_embeddings = tied;
  parameters.init_std = 0.2;
  parameters.lr = 1e-3;
  parameters.warmup = 3;
  parameters.schedule = "cosine";
  parameters.steps = kSteps;
  parameters.weight_decay = 0.1;
  parameters.grad_clip = 0.5;
  parameters.batch_size = 8;
  return parameters;
}

template <typename Value>
void Write(const std::string& path, const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().contiguous();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(plain.data_ptr<Value>()),
             static_cast<std::streamsize>(plain.numel() * sizeof(Value)));
}

void Run(const TrialParameters& parameters, const std::string& folder) {
  const Model model(ModelShapeOf(parameters), torch::kCPU);
  const TaskShape task = TaskShapeOf(parameters);
  torch::Tensor weights = model.InitialWeights(/*seed=*/1, parameters).requires_grad_();
  const OptimizedWeights state{weights.detach(), torch::zeros_like(weights).detach(),
                               torch::zeros_like(weights).detach()};
  Write<float>(folder + "/initial", weights);
  std::vector<torch::Tensor> inputs, targets, logits, losses;
  for (int step = 1; step <= kSteps; ++step) {
    std::vector<uint64_t> indices;
    for (int i = 0; i < parameters.batch_size; ++i) indices.push_back(100 * step + i);
    const Batch batch =
        MakeBatch(task, Objective::kStandard, DrawExamples(task, 1, Stream::kTrainGraphs, indices));
    const torch::Tensor said = model.Logits(weights, batch.inputs.unsqueeze(0));
    const torch::Tensor loss =
        torch::cross_entropy_loss(said.flatten(0, 2), batch.targets.flatten());
    weights.mutable_grad().reset();
    loss.backward();
    TakeSteps({{parameters, step}}, model.DecayMask(), state, weights.mutable_grad());
    inputs.push_back(batch.inputs);
    targets.push_back(batch.targets);
    logits.push_back(said);
    losses.push_back(loss);
  }
  Write<int64_t>(folder + "/inputs", torch::stack(inputs));
  Write<int64_t>(folder + "/targets", torch::stack(targets));
  Write<float>(folder + "/logits", torch::stack(logits));
  Write<float>(folder + "/losses", torch::stack(losses));
  Write<float>(folder + "/final", weights);
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  pathsweep::Run(pathsweep::Parameters(argv[1], std::string(argv[2]) == "tied"), argv[3]);
  return 0;
}

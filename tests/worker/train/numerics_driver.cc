// Writes what the trainer computes in ten steps to files, for test_numerics.py to hold against
// independent models: numerics_driver FOLDER name=value …
#include <torch/torch.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "worker/task/task_shape.h"
#include "worker/train/batch.h"
#include "worker/train/model.h"
#include "worker/train/optimizer.h"

namespace pathsweep {
namespace {

absl::Status Set(TrialParameters& parameters, const std::string& argument) {
  const size_t equals = argument.find('=');
  const ParameterSpec* spec = FindParameter(argument.substr(0, equals));
  if (equals == std::string::npos || spec == nullptr) {
    return absl::InvalidArgumentError("unknown argument " + argument);
  }
  return SetParameter(parameters, spec->name, ParseValue(*spec, argument.substr(equals + 1)));
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
  const Optimizer optimizer(parameters.optimizer, model.layout(), torch::kCPU);
  torch::Tensor weights =
      model.layout().InitialRow(/*seed=*/1, parameters, torch::kCPU).requires_grad_();
  const OptimizedWeights state{weights.detach(), torch::zeros_like(weights).detach(),
                               torch::zeros_like(weights).detach()};
  Write<float>(folder + "/initial", weights);
  std::vector<torch::Tensor> inputs, targets, logits, losses;
  for (int64_t step = 1; step <= parameters.steps; ++step) {
    std::vector<uint64_t> indices;
    for (int i = 0; i < parameters.batch_size; ++i) indices.push_back(100 * step + i);
    const Batch batch =
        MakeBatch(task, Objective::kStandard, DrawExamples(task, 1, Stream::kTrainGraphs, indices));
    const torch::Tensor said = model.Logits(weights, batch.inputs.unsqueeze(0));
    const torch::Tensor loss =
        torch::cross_entropy_loss(said.flatten(0, 2), batch.targets.flatten());
    weights.mutable_grad().reset();
    loss.backward();
    optimizer.TakeSteps({{parameters, 1, step}}, state, weights.mutable_grad());
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
  pathsweep::TrialParameters parameters;
  absl::Status status = argc < 2 ? absl::InvalidArgumentError("which folder?") : absl::OkStatus();
  for (int i = 2; i < argc; ++i) status.Update(pathsweep::Set(parameters, argv[i]));
  status.Update(pathsweep::CheckTogether(parameters));
  if (!status.ok()) {
    fprintf(stderr, "numerics_driver: %s\n", status.ToString().c_str());
    return 2;
  }
  pathsweep::Run(parameters, argv[1]);
  return 0;
}

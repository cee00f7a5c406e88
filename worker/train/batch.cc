#include "worker/train/batch.h"

#include <torch/torch.h>

namespace pathsweep {

Batch MakeBatch(const TaskShape& shape, Objective objective, const std::vector<Example>& examples) {
  const auto count = static_cast<int64_t>(examples.size());
  const int64_t prefix = shape.PrefixLength();
  const int64_t inputs = shape.InputLength();
  Batch batch{torch::empty({count, inputs}, torch::kLong),
              torch::empty({count, shape.length}, torch::kLong)};
  auto* input = batch.inputs.data_ptr<int64_t>();
  auto* target = batch.targets.data_ptr<int64_t>();
  for (const Example& example : examples) {
    EncodePrefix(shape, example.edges.data(), example.path.front(), example.path.back(), input);
    WriteTarget(objective, shape, example.path.data(), target);
    WriteTail(objective, shape, target, input + prefix);
    input += inputs;
    target += shape.length;
  }
  return batch;
}

std::vector<Example> DrawExamples(const TaskShape& shape, uint64_t seed, Stream stream,
                                  const std::vector<uint64_t>& indices) {
  std::vector<Example> examples;
  examples.reserve(indices.size());
  for (uint64_t index : indices) examples.push_back(DrawExample(shape, seed, stream, index));
  return examples;
}

}  // namespace pathsweep

// What a trained model sees and thinks: its answers to single graphs, with probabilities; where
// each attention head looks; and what each layer would answer already. Names no LibTorch type.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/trial_parameters.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// A trial's weights after some steps.
struct InspectedModel {
  TrialParameters parameters;
  uint64_t seed = 0;
  int64_t step = 0;
};

// Said of one target position.
struct Answer {
  int64_t token = 0;  // the most probable one; -1 if the model says nothing finite
  double probability = 0;
  double right_probability = 0;  // of the right one
};

struct InspectedGraph {
  std::vector<int64_t> inputs;   // T tokens, with the model's own answers fed back
  std::vector<int64_t> targets;  // L tokens that are right
  std::vector<Answer> answers;   // L
  // What the head says of each layer's result, from the embedding on, as the logit lens has it
  // (nostalgebraist 2020): [layers + 1][L]. The last one is the answer.
  std::vector<std::vector<Answer>> lens;
  // Shares [layers][heads][T][T] of what each token attends to; no layers if nothing attends, or
  // nobody asked.
  std::vector<std::vector<std::vector<std::vector<float>>>> attention;
};

// InvalidArgument if the bytes are no checkpoint, or one of other parameters than this build has.
absl::StatusOr<InspectedModel> ReadModel(const std::string& checkpoint);

// Of each example, on the CPU. Requires a checkpoint that ReadModel takes, and examples of its
// trial's task.
absl::StatusOr<std::vector<InspectedGraph>> InspectGraphs(const std::string& checkpoint,
                                                          const std::vector<Example>& examples,
                                                          bool with_attention);

}  // namespace pathsweep

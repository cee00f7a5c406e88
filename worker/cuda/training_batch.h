// Training batches made on the GPU: none crosses the bus. Pointers are the device's, `stream` is a
// cudaStream_t; nothing waits for the work to be done.
#pragma once

#include <cstdint>

#include "worker/task/training_example.h"

namespace pathsweep::cuda {

// The rows of a trial.
struct TrialBatch {
  TrainingTask task;
  uint64_t first_position = 0;  // of its first row
};

// Fills inputs [K, B, T] and targets [K, B, L] from K = `trials` batches [K]. `scratch` is
// task.Scratch() numbers for each of the `lanes` examples that are made at a time. Trials of one
// shape. Returns a cudaError_t.
int FillTrainingBatch(const TrialBatch* batches, int64_t trials, int64_t examples,
                      const TaskShape& shape, int32_t* scratch, int64_t lanes, int64_t* inputs,
                      int64_t* targets, void* stream);

// Whether the current device runs this build's code of it: a cudaError_t.
int CheckTrainingBatch();

}  // namespace pathsweep::cuda

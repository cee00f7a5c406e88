#include <cuda_runtime.h>

#include "worker/cuda/training_batch.h"

namespace pathsweep::cuda {
namespace {

constexpr int kThreads = 128;

// A thread for each example.
__global__ void Fill(const TrialBatch* batches, int64_t trials, int64_t examples, TaskShape shape,
                     int32_t* scratch, int64_t* inputs, int64_t* targets) {
  const int64_t row = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (row >= trials * examples) return;
  const TrialBatch& batch = batches[row / examples];
  WriteTrainingExample(batch.task, batch.first_position + static_cast<uint64_t>(row % examples),
                       scratch + row * batch.task.Scratch(), inputs + row * shape.InputLength(),
                       targets + row * shape.length);
}

}  // namespace

int FillTrainingBatch(const TrialBatch* batches, int64_t trials, int64_t examples,
                      const TaskShape& shape, int32_t* scratch, int64_t* inputs, int64_t* targets,
                      void* stream) {
  const int64_t rows = trials * examples;
  if (rows == 0) return cudaSuccess;
  const auto blocks = static_cast<unsigned>((rows + kThreads - 1) / kThreads);
  Fill<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(batches, trials, examples, shape,
                                                                   scratch, inputs, targets);
  return cudaGetLastError();
}

}  // namespace pathsweep::cuda

#include <cuda_runtime.h>

#include "worker/cuda/training_batch.h"

namespace pathsweep::cuda {
namespace {

constexpr int kThreads = 128;

// Each thread makes every lanes-th example.
__global__ void Fill(const TrialBatch* batches, int64_t trials, int64_t examples, TaskShape shape,
                     int32_t* scratch, int64_t lanes, int64_t* inputs, int64_t* targets) {
  const int64_t lane = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (lane >= lanes) return;
  for (int64_t row = lane; row < trials * examples; row += lanes) {
    const TrialBatch& batch = batches[row / examples];
    WriteTrainingExample(batch.task, batch.first_position + static_cast<uint64_t>(row % examples),
                         scratch + lane * batch.task.Scratch(), inputs + row * shape.InputLength(),
                         targets + row * shape.length);
  }
}

}  // namespace

int FillTrainingBatch(const TrialBatch* batches, int64_t trials, int64_t examples,
                      const TaskShape& shape, int32_t* scratch, int64_t lanes, int64_t* inputs,
                      int64_t* targets, void* stream) {
  if (trials * examples == 0) return cudaSuccess;
  const auto blocks = static_cast<unsigned>((lanes + kThreads - 1) / kThreads);
  Fill<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      batches, trials, examples, shape, scratch, lanes, inputs, targets);
  return cudaGetLastError();
}

int CheckTrainingBatch() {
  cudaFuncAttributes attributes{};
  const cudaError_t error = cudaFuncGetAttributes(&attributes, Fill);
  cudaGetLastError();  // is not to be found by others
  return error;
}

}  // namespace pathsweep::cuda

#include <cuda_runtime.h>

#include "worker/cuda/adamw.h"

namespace pathsweep::cuda {
namespace {

constexpr int kThreads = 256;
constexpr unsigned kMostBlocks = 1024;

// Of all threads of the block, in thread 0, in an order that never changes.
__device__ double SumOfBlock(double value) {
  __shared__ double values[kThreads];
  values[threadIdx.x] = value;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) values[threadIdx.x] += values[threadIdx.x + half];
    __syncthreads();
  }
  return values[0];
}

// Block (p, k): the p-th part of Σ gradient² of trial k.
__global__ void SquareParts(const float* gradient, int64_t weights, double* partial) {
  const float* row = gradient + blockIdx.y * weights;
  double sum = 0;
  for (int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x; i < weights;
       i += kPartialSums * kThreads) {
    sum += static_cast<double>(row[i]) * row[i];
  }
  sum = SumOfBlock(sum);
  if (threadIdx.x == 0) partial[blockIdx.y * kPartialSums + blockIdx.x] = sum;
}

__global__ void Norms(const double* partial, int64_t count, float* norms) {
  const int64_t k = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (k >= count) return;
  double sum = 0;
  for (int64_t i = 0; i < kPartialSums; ++i) sum += partial[k * kPartialSums + i];
  norms[k] = static_cast<float>(sqrt(sum));
}

// Row k of the blocks: the weights of trial k.
__global__ void Step(const AdamWTrial* trials, int64_t weights, AdamWState state,
                     const float* norms) {
  const int64_t k = blockIdx.y;
  const float norm = norms[k];
  if (!isfinite(norm)) return;
  const AdamWTrial trial = trials[k];
  const float clip = ClipFactor(trial.grad_clip, norm);
  for (int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x; i < weights;
       i += int64_t{gridDim.x} * kThreads) {
    const int64_t at = k * weights + i;
    AdamWElement(trial.scalars, state.gradient[at] * clip, state.lr_factors[i], state.decay_mask[i],
                 state.weights[at], state.first_moment[at], state.second_moment[at]);
  }
}

}  // namespace

int AdamWStep(const AdamWTrial* trials, int64_t count, int64_t weights, const AdamWState& state,
              double* partial, float* norms, void* stream) {
  if (count == 0 || weights == 0) return cudaSuccess;
  const auto on = static_cast<cudaStream_t>(stream);
  const auto rows = static_cast<unsigned>(count);
  const auto needed = static_cast<unsigned>((weights + kThreads - 1) / kThreads);
  const dim3 parts(static_cast<unsigned>(kPartialSums), rows);
  SquareParts<<<parts, kThreads, 0, on>>>(state.gradient, weights, partial);
  Norms<<<(rows + kThreads - 1) / kThreads, kThreads, 0, on>>>(partial, count, norms);
  const dim3 blocks(needed < kMostBlocks ? needed : kMostBlocks, rows);
  Step<<<blocks, kThreads, 0, on>>>(trials, weights, state, norms);
  return cudaGetLastError();
}

int CheckAdamW() {
  cudaFuncAttributes attributes{};
  const cudaError_t error = cudaFuncGetAttributes(&attributes, Step);
  cudaGetLastError();  // is not to be found by others
  return error;
}

}  // namespace pathsweep::cuda

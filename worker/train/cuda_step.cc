#include "worker/train/cuda_step.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <type_traits>
#include <utility>

#include "worker/cuda/adamw.h"
#include "worker/cuda/gpu.h"
#include "worker/cuda/training_batch.h"
#include "worker/task/task_shape.h"
#include "worker/train/scheduled_sampling.h"

namespace pathsweep {
namespace {

using torch::Tensor;

void Check(int error) { C10_CUDA_CHECK(static_cast<cudaError_t>(error)); }

// Values [K] that the CPU writes before each step and the GPU reads in it.
template <typename T>
class PerTrial {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PerTrial(int64_t count, torch::Device device)
      : host_(torch::empty({count * int64_t{sizeof(T)}},
                           torch::dtype(torch::kByte).pinned_memory(true))),
        device_(torch::empty(host_.sizes(), torch::dtype(torch::kByte).device(device))) {}

  // What was uploaded before must have been read.
  template <typename Make>
  void Upload(absl::Span<const TrialStep> trials, Make make) {
    auto* bytes = host_.data_ptr<uint8_t>();
    for (size_t k = 0; k < trials.size(); ++k) {
      const T value = make(trials[k]);
      std::memcpy(bytes + k * sizeof(T), &value, sizeof(T));
    }
    device_.copy_(host_, /*non_blocking=*/true);
  }

  const T* device() const { return reinterpret_cast<const T*>(device_.data_ptr<uint8_t>()); }

 private:
  const Tensor host_;
  const Tensor device_;
};

cuda::TrialBatch BatchOf(const TrialStep& trial) {
  return {TrainingTaskOf(trial.parameters, trial.seed),
          static_cast<uint64_t>((trial.step - 1) * trial.parameters.batch_size)};
}

// The training thread's own: of a stream that several threads use, one would record what the others
// do. They are few, and stay, for LibTorch remembers every stream that it has seen.
c10::cuda::CUDAStream StreamOfThread(torch::Device device) {
  thread_local std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
  const auto found = streams.find(device.index());
  if (found != streams.end()) return found->second;
  const c10::cuda::CUDAGuard on_device(device);
  void* made = nullptr;
  Check(cuda::MakeStream(&made));
  const auto stream =
      c10::cuda::getStreamFromExternal(static_cast<cudaStream_t>(made), device.index());
  return streams.emplace(device.index(), stream).first->second;
}

// Examples that are drawn at a time: more would not make it faster, and each needs scratch space.
int64_t LanesFor(const TrainingTask& task, int64_t examples) {
  constexpr int64_t kScratchBytes = 64 << 20;
  const int64_t fit = kScratchBytes / (task.Scratch() * int64_t{sizeof(int32_t)});
  return std::clamp<int64_t>(fit, 1, examples);
}

// Recurrent layers do each token by itself.
constexpr int64_t kMostTokensInTurn = 512;

// Why a step cannot be replayed: what is made on the CPU meanwhile, or its size; else empty.
std::string ObstacleToReplay(absl::Span<const TrialStep> trials) {
  const TrialParameters& like = trials.front().parameters;
  const bool recurrent = like.architecture == "lstm" || like.architecture == "gru";
  if (recurrent && TaskShapeOf(like).InputLength() * like.depth > kMostTokensInTurn) {
    return "a recording of so many tokens in turn would be too large";
  }
  for (const TrialStep& trial : trials) {
    if (trial.parameters.dropout > 0) return "dropout draws its masks on the CPU";
    if (trial.parameters.objective == "scheduled_sampling") {
      return "scheduled_sampling tosses its coins on the CPU";
    }
  }
  return "";
}

class CudaStep : public TrainingStep {
 public:
  CudaStep(const Model& model, const Optimizer& optimizer, torch::Device device,
           absl::Span<const TrialStep> trials)
      : model_(model),
        optimizer_(optimizer),
        device_(device),
        stream_(StreamOfThread(device)),
        task_(TrainingTaskOf(trials.front().parameters, 0)),
        count_(static_cast<int64_t>(trials.size())),
        examples_(trials.front().parameters.batch_size),
        batches_(count_, device),
        optimizers_(count_, device),
        lanes_(LanesFor(task_, count_ * examples_)),
        scratch_(Empty({lanes_, task_.Scratch()}, torch::kInt)),
        inputs_(Empty({count_, examples_, task_.shape.InputLength()}, torch::kLong)),
        targets_(Empty({count_, examples_, task_.shape.length}, torch::kLong)),
        partial_(Empty({count_, cuda::kPartialSums}, torch::kDouble)),
        results_(Empty({2, count_}, torch::kFloat)),
        eager_(ObstacleToReplay(trials)) {
    // The state that it is given was made on the thread's stream.
    c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
  }
  ~CudaStep() override { Settle(); }

  std::vector<double> Take(absl::Span<const TrialStep> trials,
                           const OptimizedWeights& state) override {
    const c10::cuda::CUDAStreamGuard on_stream(stream_);
    Tensor said;
    try {
      said = Run(trials, state);
    } catch (...) {
      Settle();
      throw;
    }
    if (graph_ == nullptr && eager_.empty()) Record(trials, state);
    const auto* losses = said.data_ptr<float>();
    const auto* norms = losses + count_;
    std::vector<double> values;
    for (int64_t k = 0; k < count_; ++k) values.push_back(losses[k] + 0.0 * norms[k]);
    return values;
  }

  std::string Execution() const override {
    return eager_.empty() ? "CUDA graph" : "eager: " + eager_;
  }

 private:
  // The results, once they are there.
  Tensor Run(absl::Span<const TrialStep> trials, const OptimizedWeights& state) {
    batches_.Upload(trials, BatchOf);
    optimizers_.Upload(trials, AdamWTrialOf);
    if (graph_ != nullptr) {
      graph_->replay();
    } else {
      Launch(trials, state);
    }
    return results_.cpu();
  }

  // Waits for what is under way, which uses memory that may be given to others now.
  void Settle() const {
    try {
      stream_.synchronize();
    } catch (const std::exception&) {  // of a device that has failed nothing is under way
    }
  }

  Tensor Empty(std::vector<int64_t> sizes, torch::ScalarType type) const {
    return torch::empty(sizes, torch::dtype(type).device(device_));
  }

  // The losses and the norms are written last.
  void Launch(absl::Span<const TrialStep> trials, const OptimizedWeights& state) {
    Check(cuda::FillTrainingBatch(batches_.device(), count_, examples_, task_.shape,
                                  scratch_.data_ptr<int32_t>(), lanes_, inputs_.data_ptr<int64_t>(),
                                  targets_.data_ptr<int64_t>(), stream_.stream()));
    const Tensor inputs = ShowPredictions(model_, state.weights, trials, inputs_);
    const Tensor weights = state.weights.detach().requires_grad_();
    const Tensor losses = MeanLosses(model_, weights, inputs, targets_, DropoutOf(trials));
    const Tensor gradient = torch::autograd::grad({losses.sum()}, {weights})[0].contiguous();
    results_[0].copy_(losses.detach());
    Check(cuda::AdamWStep(
        optimizers_.device(), count_, state.weights.size(1),
        {state.weights.data_ptr<float>(), gradient.data_ptr<float>(),
         state.first_moment.data_ptr<float>(), state.second_moment.data_ptr<float>(),
         optimizer_.decay_mask().data_ptr<float>(), optimizer_.lr_factors().data_ptr<float>()},
        partial_.data_ptr<double>(), results_.data_ptr<float>() + count_, stream_.stream()));
  }

  // Of what the GPU would do for a step; it does nothing of it now. If that fails, steps go on as
  // they are.
  void Record(absl::Span<const TrialStep> trials, const OptimizedWeights& state) {
    // LibTorch's allocator frees nothing while a thread records.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    std::unique_ptr<at::cuda::CUDAGraph> graph;
    bool recording = false;
    try {
      at::accelerator::emptyCache();  // the recording has memory of its own
      graph = std::make_unique<at::cuda::CUDAGraph>();
      // Other threads of the process may use the GPU meanwhile.
      graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      recording = true;
      Launch(trials, state);
      recording = false;
      graph->capture_end();
      graph_ = std::move(graph);
    } catch (const std::exception& error) {
      eager_ = "no CUDA graph could be recorded";
      TORCH_WARN("steps are not replayed: ", eager_, ": ", error.what());
      if (recording) Abandon(*graph);
    }
  }

  static void Abandon(at::cuda::CUDAGraph& graph) {
    try {
      graph.capture_end();
    } catch (const std::exception&) {  // it was broken off
    }
  }

  const Model& model_;
  const Optimizer& optimizer_;
  const torch::Device device_;
  const c10::cuda::CUDAStream stream_;
  const TrainingTask task_;
  const int64_t count_;
  const int64_t examples_;
  PerTrial<cuda::TrialBatch> batches_;
  PerTrial<cuda::AdamWTrial> optimizers_;
  const int64_t lanes_;
  const Tensor scratch_;
  const Tensor inputs_;
  const Tensor targets_;
  const Tensor partial_;
  const Tensor results_;  // losses, and gradients' norms before clipping: [2, K]
  std::string eager_;     // why it is not replayed
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

}  // namespace

std::unique_ptr<TrainingStep> MakeCudaStep(const Model& model, const Optimizer& optimizer,
                                           torch::Device device, absl::Span<const TrialStep> trials,
                                           std::string& obstacle) {
  if (!optimizer.IsAdamW()) {
    obstacle = "the optimizer has no CUDA kernel";
    return nullptr;
  }
  const c10::cuda::CUDAGuard on_device(device);
  if (cuda::CheckAdamW() != 0 || cuda::CheckTrainingBatch() != 0) {
    obstacle = "this build's CUDA kernels are not for this GPU and its driver";
    return nullptr;
  }
  return std::make_unique<CudaStep>(model, optimizer, device, trials);
}

}  // namespace pathsweep

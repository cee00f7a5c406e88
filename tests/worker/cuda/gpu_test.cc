// What runs on a GPU, against the CPU. Skipped without one; deploy/gpu_check.sh runs it.
#include "worker/cuda/gpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/worker/train/recorder.h"
#include "worker/cuda/adamw.h"
#include "worker/cuda/training_batch.h"
#include "worker/task/task_shape.h"

namespace pathsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using torch::Tensor;

class Gpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no GPU";
  }
};

// The values' bytes on the GPU.
template <typename T>
Tensor OnGpu(const std::vector<T>& values) {
  Tensor bytes = torch::empty({static_cast<int64_t>(values.size() * sizeof(T))}, torch::kByte);
  std::memcpy(bytes.data_ptr(), values.data(), values.size() * sizeof(T));
  return bytes.to(torch::kCUDA);
}

// Every objective and every way of writing a graph, from one shape.
std::vector<TrialParameters> EveryTask() {
  std::vector<TrialParameters> tasks;
  for (const char* objective :
       {"standard", "reverse", "teacherless", "scheduled_sampling", "multi_target"}) {
    for (const char* direction : {"forward", "backward", "mixed"}) {
      for (const char* order : {"shuffled", "sorted"}) {
        TrialParameters& task = tasks.emplace_back();
        task.degree = 3;
        task.length = 4;
        task.nodes = 20;
        task.objective = objective;
        task.edge_direction = direction;
        task.edge_order = order;
        task.query_position = tasks.size() % 2 == 0 ? "start" : "end";
        task.train_samples = tasks.size() % 3 == 0 ? 7 : 0;
      }
    }
  }
  return tasks;
}

TEST_F(Gpu, BatchesAreThoseOfTheCpuBitForBit) {
  constexpr int64_t kExamples = 33;
  constexpr uint64_t kFirst = 5;
  const std::vector<TrialParameters> tasks = EveryTask();
  const TaskShape shape = TaskShapeOf(tasks.front());
  const auto count = static_cast<int64_t>(tasks.size());
  std::vector<cuda::TrialBatch> batches;
  for (size_t k = 0; k < tasks.size(); ++k)
    batches.push_back({TrainingTaskOf(tasks[k], k), kFirst});
  const int32_t scratch = batches.front().task.Scratch();
  const auto on_gpu = torch::dtype(torch::kLong).device(torch::kCUDA);
  const Tensor inputs = torch::empty({count, kExamples, shape.InputLength()}, on_gpu);
  const Tensor targets = torch::empty({count, kExamples, shape.length}, on_gpu);
  constexpr int64_t kLanes = 50;
  const Tensor space = torch::empty({kLanes, scratch}, on_gpu.dtype(torch::kInt));
  const Tensor said = OnGpu(batches);
  ASSERT_EQ(cuda::FillTrainingBatch(static_cast<const cuda::TrialBatch*>(said.data_ptr()), count,
                                    kExamples, shape, space.data_ptr<int32_t>(), kLanes,
                                    inputs.data_ptr<int64_t>(), targets.data_ptr<int64_t>(),
                                    /*stream=*/nullptr),
            0);
  const Tensor cpu_inputs = torch::empty_like(inputs, torch::kCPU);
  const Tensor cpu_targets = torch::empty_like(targets, torch::kCPU);
  std::vector<int32_t> cpu_space(scratch);
  for (int64_t k = 0; k < count; ++k) {
    for (int64_t i = 0; i < kExamples; ++i) {
      WriteTrainingExample(batches[k].task, kFirst + i, cpu_space.data(),
                           cpu_inputs[k][i].data_ptr<int64_t>(),
                           cpu_targets[k][i].data_ptr<int64_t>());
    }
    EXPECT_TRUE(inputs[k].cpu().equal(cpu_inputs[k])) << tasks[k].objective;
    EXPECT_TRUE(targets[k].cpu().equal(cpu_targets[k])) << tasks[k].objective;
  }
}

TEST_F(Gpu, AdamWIsThatOfItsTwin) {
  constexpr int64_t kTrials = 3, kWeights = 100'003;
  torch::manual_seed(20261128);
  Tensor weights = torch::randn({kTrials, kWeights}), gradient = torch::randn_like(weights);
  Tensor first = torch::randn_like(weights), second = torch::rand_like(weights);
  gradient[1][7] = NAN;  // this trial is to be left as it is
  const Tensor decays = torch::ones({kWeights}), factors = torch::full({kWeights}, 0.5F);
  std::vector<cuda::AdamWTrial> trials(
      kTrials, {1.5, {0.9F, 0.1F, 0.999F, 0.001F, 1e-2F, 1.2F, 1e-3F, 1e-8F}});
  trials[2].grad_clip = 0;
  std::vector<Tensor> on_gpu;
  for (const Tensor& one : {weights, gradient, first, second, decays, factors}) {
    on_gpu.push_back(one.to(torch::kCUDA));
  }
  const auto data = [&](size_t i) { return on_gpu[i].data_ptr<float>(); };
  const Tensor norms = torch::empty({kTrials}, torch::kCUDA);
  const Tensor partial = torch::empty({kTrials, cuda::kPartialSums},
                                      torch::dtype(torch::kDouble).device(torch::kCUDA));
  const Tensor said = OnGpu(trials);
  ASSERT_EQ(cuda::AdamWStep(static_cast<const cuda::AdamWTrial*>(said.data_ptr()), kTrials,
                            kWeights, {data(0), data(1), data(2), data(3), data(4), data(5)},
                            partial.data_ptr<double>(), norms.data_ptr<float>(), nullptr),
            0);
  EXPECT_TRUE(torch::allclose(norms.cpu(), gradient.norm(2, {1}), 1e-5, 0, /*equal_nan=*/true));
  for (int64_t k = 0; k < kTrials; ++k) {
    const auto norm = gradient[k].norm().item<double>();
    const float clip = cuda::ClipFactor(trials[k].grad_clip, norm);
    for (int64_t i = 0; i < kWeights && std::isfinite(norm); ++i) {
      cuda::AdamWElement(trials[k].scalars, gradient[k].data_ptr<float>()[i] * clip, 0.5F, 1,
                         weights[k].data_ptr<float>()[i], first[k].data_ptr<float>()[i],
                         second[k].data_ptr<float>()[i]);
    }
  }
  EXPECT_TRUE(torch::allclose(on_gpu[0].cpu(), weights, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(on_gpu[2].cpu(), first, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(on_gpu[3].cpu(), second, 1e-5, 1e-6));
}

TrialParameters Small() {
  TrialParameters parameters;
  parameters.length = 4;
  parameters.nodes = 7;
  parameters.depth = 2;
  parameters.width = 32;
  parameters.batch_size = 16;
  parameters.test_samples = 64;
  parameters.steps = 200;
  parameters.eval_every = 20;
  return parameters;
}

TrialOutcome Train(const TrialParameters& parameters, const std::string& device,
                   Recorder& recorder) {
  return TrainTrial(parameters, /*seed=*/3, device, recorder);
}

TEST_F(Gpu, TrainsAsTheCpuDoes) {
  for (const char* architecture : {"transformer", "mamba", "lstm", "gru"}) {
    TrialParameters parameters = Small();
    parameters.architecture = architecture;
    Recorder cpu, gpu;
    Train(parameters, "cpu", cpu);
    const TrialOutcome outcome = Train(parameters, "cuda:0", gpu);
    EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kCompleted) << outcome.detail;
    EXPECT_THAT(outcome.execution, HasSubstr("CUDA graph")) << architecture;
    for (const auto& [step, metrics] : cpu.history) {
      EXPECT_NEAR(gpu.history[step]["test_loss"], metrics.at("test_loss"), 1e-2)
          << architecture << " at step " << step;
    }
  }
}

TEST_F(Gpu, AReplayedStepIsTheEagerOne) {
  TrialParameters replayed = Small(), eager = Small();
  eager.objective = "scheduled_sampling";  // with which nothing is replayed, …
  eager.sampling_prob = 0;                 // … and which is then the standard objective
  Recorder with_graph, without;
  EXPECT_THAT(Train(replayed, "cuda:0", with_graph).execution, HasSubstr("CUDA graph"));
  EXPECT_THAT(Train(eager, "cuda:0", without).execution, HasSubstr("eager: scheduled_sampling"));
  for (const auto& [step, metrics] : without.history) {
    EXPECT_NEAR(with_graph.history[step]["test_loss"], metrics.at("test_loss"), 1e-4)
        << "at step " << step;
  }
}

TEST_F(Gpu, AnotherOptimizerThanAdamWIsEager) {
  TrialParameters parameters = Small();
  parameters.optimizer = "sgd";
  parameters.steps = 20;
  Recorder recorder;
  const TrialOutcome outcome = Train(parameters, "cuda:0", recorder);
  EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kCompleted) << outcome.detail;
  EXPECT_THAT(outcome.execution, HasSubstr("eager: the optimizer"));
}

TEST_F(Gpu, EveryDtypeAndAttentionLearns) {
  for (const char* dtype : {"float32", "bfloat16"}) {
    for (const char* attention : {"auto", "math", "flash"}) {
      TrialParameters parameters = Small();
      parameters.objective = "reverse";
      parameters.dtype = dtype;
      parameters.attention = attention;
      if (!CheckTogether(parameters).ok()) continue;  // flash takes bfloat16 alone
      Recorder recorder;
      const TrialOutcome outcome = Train(parameters, "cuda:0", recorder);
      EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kCompleted) << outcome.detail;
      EXPECT_LT(recorder.history[200]["test_loss"], 0.8 * recorder.history[0]["test_loss"])
          << dtype << " " << attention << ", by " << outcome.execution;
    }
  }
}

// Each has a stream of its own; each of their trials that comes or goes makes a new recording.
TEST_F(Gpu, ThreadsThatTrainDifferentShapesDoNotDisturbEachOther) {
  std::vector<TrialParameters> shapes(2, Small());
  shapes[1].width = 48;
  std::vector<std::vector<Recorder>> together(shapes.size(), std::vector<Recorder>(40));
  std::vector<std::thread> threads;
  for (size_t i = 0; i < shapes.size(); ++i) {
    shapes[i].steps = 40;
    threads.emplace_back([&, i] {
      for (Recorder& recorder : together[i]) Train(shapes[i], "cuda:0", recorder);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (Recorder& recorder : together[i]) {
      EXPECT_NEAR(recorder.history[40]["test_loss"], together[i][0].history[40]["test_loss"], 1e-4);
    }
  }
}

TEST_F(Gpu, SaysWhatItIs) {
  const absl::StatusOr<DeviceInfo> device = ResolveDevice("cuda:0");
  ASSERT_TRUE(device.ok()) << device.status();
  EXPECT_THAT(device->uuid, StartsWith("GPU-"));
  EXPECT_EQ(device->uuid.size(), 40);
  EXPECT_NE(device->name, "CUDA device");
  EXPECT_GT(device->memory_bytes, 0);
  EXPECT_TRUE(DeviceAnswers("cuda:0"));
}

}  // namespace
}  // namespace pathsweep

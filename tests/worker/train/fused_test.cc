// Trials that train together have the numbers that each has alone.
#include <c10/core/CPUAllocator.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/worker/train/recorder.h"

namespace pathsweep {
namespace {

using testing::HasSubstr;
using Kind = TrialOutcome::Kind;

// Keeps the end, too, and a checkpoint.
struct Witness : Recorder {
  bool WantsCheckpoint(const CheckpointMoment&) override { return last_step == checkpoint_at; }
  void OnCheckpoint(int64_t, const std::string& bytes) override { checkpoint = bytes; }
  void OnEnd(const TrialOutcome& ended) override {
    outcome = ended;
    ++ends;
  }

  std::string checkpoint;
  TrialOutcome outcome{Kind::kCrashed, "has not ended"};
  int ends = 0;
  int64_t checkpoint_at = 0;
};

// Trials by the step of the whole at which they come.
class Timetable : public TrialSource {
 public:
  std::shared_ptr<Witness> Add(int64_t at, const TrialParameters& parameters, uint64_t seed,
                               const std::string& checkpoint = "") {
    auto recorder = std::make_shared<Witness>();
    tasks_.emplace(at, TrialTask{parameters, seed, {{}, checkpoint}, recorder});
    return recorder;
  }

  std::vector<TrialTask> Take(int training, int room, std::optional<int> fits) override {
    largest_ = std::max(largest_, training);
    if (fits) fits_.push_back(training + *fits);
    std::vector<TrialTask> taken;
    while (!tasks_.empty() && tasks_.begin()->first <= step_ && std::cmp_less(taken.size(), room)) {
      taken.push_back(std::move(tasks_.extract(tasks_.begin()).mapped()));
    }
    ++step_;
    return taken;
  }

  int largest() const { return largest_; }
  // For how many there is memory, each time it was said.
  const std::vector<int>& fits() const { return fits_; }

 private:
  std::multimap<int64_t, TrialTask> tasks_;
  int64_t step_ = 0;
  int largest_ = 0;
  std::vector<int> fits_;
};

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
  parameters.warmup = 10;
  return parameters;
}

// All that trials of one shape may have for themselves.
std::vector<TrialParameters> Various() {
  std::vector<TrialParameters> trials(5, Small());
  trials[1].objective = "reverse";
  trials[1].lr = 3e-3;
  trials[1].weight_decay = 0.1;
  trials[1].beta2 = 0.98;
  trials[1].grad_clip = 0.2;
  trials[1].train_samples = 100;
  trials[2].objective = "teacherless";
  trials[2].schedule = "cosine";
  trials[2].warmup = 50;
  trials[2].init_std = 0.05;
  trials[2].test_samples = 48;
  trials[3].objective = "scheduled_sampling";
  trials[3].sampling_schedule = "linear";
  trials[3].edge_direction = "mixed";
  trials[3].edge_order = "sorted";
  trials[4].objective = "multi_target";
  trials[4].query_position = "start";
  trials[4].dropout = 0.1;
  return trials;
}

Witness Alone(const TrialParameters& parameters, uint64_t seed) {
  Witness recorder;
  TrainTrial(parameters, seed, TestDevice(), recorder);
  return recorder;
}

void ExpectSame(const Witness& fused, const Witness& alone, const std::string& what) {
  EXPECT_EQ(fused.outcome.kind, alone.outcome.kind) << what << ": " << fused.outcome.detail;
  ASSERT_EQ(fused.history.size(), alone.history.size()) << what;
  for (const auto& [step, metrics] : alone.history) {
    for (const auto& [name, value] : metrics) {
      const double tolerance = step == 0                 ? 0       // weights and data are the same
                               : name.ends_with("_loss") ? 1e-4    // after 200 steps of rounding
                                                         : 0.051;  // a few of the test graphs
      EXPECT_NEAR(fused.history.at(step).at(name), value, tolerance)
          << what << ", " << name << " at step " << step;
    }
  }
}

TEST(OnAnyDevice, FusedTrialsAgreeWithSingleRuns) {
  Timetable together;
  std::vector<std::shared_ptr<Witness>> recorders;
  const std::vector<TrialParameters> trials = Various();
  for (size_t k = 0; k < trials.size(); ++k)
    recorders.push_back(together.Add(0, trials[k], 10 + k));
  ASSERT_TRUE(TrainTrials(TestDevice(), together).ok());
  EXPECT_EQ(together.largest(), 5);
  for (size_t k = 0; k < trials.size(); ++k) {
    ExpectSame(*recorders[k], Alone(trials[k], 10 + k), std::to_string(k));
    EXPECT_LT(recorders[k]->history.at(200).at("train_loss"),
              recorders[k]->history.at(20).at("train_loss"));
  }
}

TEST(OnAnyDevice, EveryArchitectureAndOptimizerAgreesWithSingleRuns) {
  std::vector<TrialParameters> shapes(5, Small());
  shapes[0].architecture = "mamba";
  shapes[1].architecture = "lstm";
  shapes[2].architecture = "gru";
  shapes[3].optimizer = "muon";
  shapes[4].optimizer = "sgd";
  for (TrialParameters& first : shapes) {
    first.steps = 20;
    first.init_std = 0.1;
    TrialParameters second = first;
    second.objective = "reverse";
    second.lr = 3e-3;
    second.dropout = 0.1;
    Timetable together;
    const auto one = together.Add(0, first, 1), two = together.Add(0, second, 2);
    ASSERT_TRUE(TrainTrials(TestDevice(), together).ok());
    const std::string what = first.architecture + " " + first.optimizer;
    ExpectSame(*one, Alone(first, 1), what);
    ExpectSame(*two, Alone(second, 2), what);
  }
}

TEST(OnAnyDevice, WhoComesAndGoesChangesNobodysNumbers) {
  std::vector<TrialParameters> trials = Various();
  trials[0].steps = 100;
  trials[1].steps = 30;  // ends long before
  TrialParameters diverging = Diverging(Small());
  diverging.steps = 90;
  Timetable timetable;
  const auto first = timetable.Add(0, trials[0], 1);
  const auto diverges = timetable.Add(0, diverging, 2);
  const auto ends = timetable.Add(0, trials[1], 3);
  const auto stopped = timetable.Add(5, Small(), 4);
  stopped->stop_after = 7;
  const auto joins = timetable.Add(41, trials[2], 5);
  ASSERT_TRUE(TrainTrials(TestDevice(), timetable).ok());
  ExpectSame(*first, Alone(trials[0], 1), "first");
  ExpectSame(*ends, Alone(trials[1], 3), "ends");
  ExpectSame(*joins, Alone(trials[2], 5), "joins");
  EXPECT_EQ(diverges->outcome.kind, Kind::kDiverged) << diverges->outcome.detail;
  EXPECT_EQ(stopped->outcome.kind, Kind::kInterrupted);
  EXPECT_EQ(stopped->last_step, 7);
}

TEST(OnAnyDevice, ACheckpointOfACompanyGoesOnAlone) {
  Timetable company;
  const auto other = company.Add(0, Small(), 1);
  const auto leaves = company.Add(0, Various()[1], 2);
  leaves->checkpoint_at = 50;
  leaves->stop_after = 70;
  ASSERT_TRUE(TrainTrials(TestDevice(), company).ok());
  ASSERT_TRUE(CheckCheckpoint(leaves->checkpoint, Various()[1], 2).ok());
  Timetable alone;
  const auto resumed = alone.Add(0, Various()[1], 2, leaves->checkpoint);
  ASSERT_TRUE(TrainTrials(TestDevice(), alone).ok());
  EXPECT_EQ(resumed->history.begin()->first, 60);
  resumed->history.insert(leaves->history.begin(), leaves->history.find(60));
  ExpectSame(*resumed, Alone(Various()[1], 2), "resumed");
  EXPECT_EQ(other->outcome.kind, Kind::kCompleted);
}

TEST(OnAnyDevice, AShapeOfAnotherKindMayFollow) {
  TrialParameters other = Small();
  other.width = 16;
  other.steps = 20;
  TrialParameters first = Small();
  first.steps = 20;
  Timetable timetable;
  const auto one = timetable.Add(0, first, 1);
  const auto two = timetable.Add(20, other, 1);
  ASSERT_TRUE(TrainTrials(TestDevice(), timetable).ok());
  EXPECT_EQ(one->outcome.kind, Kind::kCompleted) << one->outcome.detail;
  EXPECT_EQ(two->outcome.kind, Kind::kCompleted) << two->outcome.detail;
}

// LibTorch's allocator with an end: more than `room` bytes at once are not there, and nothing after
// `allowed` allocations.
class NarrowAllocator : public c10::Allocator {
 public:
  explicit NarrowAllocator(int64_t room, int64_t allowed = std::numeric_limits<int64_t>::max())
      : room_(room), allowed_(allowed), real_(c10::GetDefaultCPUAllocator()) {
    c10::SetCPUAllocator(this, /*priority=*/100);
  }
  ~NarrowAllocator() override { c10::SetCPUAllocator(real_, /*priority=*/100); }

  c10::DataPtr allocate(size_t bytes) override {
    if (used_ + static_cast<int64_t>(bytes) > room_ || --allowed_ < 0) {
      TORCH_CHECK_WITH(OutOfMemoryError, false, "no room for ", bytes, " bytes");
    }
    used_ += static_cast<int64_t>(bytes);
    highest_ = std::max<int64_t>(highest_, used_);
    auto* block = new Block{real_->allocate(bytes), static_cast<int64_t>(bytes)};
    return {block->memory.get(), block, &Free, c10::Device(c10::kCPU)};
  }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
  int64_t highest() const { return highest_; }

 private:
  struct Block {
    c10::DataPtr memory;
    int64_t bytes;
  };
  static void Free(void* block) {
    used_ -= static_cast<Block*>(block)->bytes;
    delete static_cast<Block*>(block);
  }

  static std::atomic<int64_t> used_;
  const int64_t room_;
  int64_t allowed_;
  int64_t highest_ = 0;
  c10::Allocator* const real_;
};
std::atomic<int64_t> NarrowAllocator::used_ = 0;

// What so many of the trial need at once.
int64_t BytesOf(int trials, const TrialParameters& parameters) {
  const NarrowAllocator wide(int64_t{1} << 40);
  Timetable timetable;
  for (int k = 0; k < trials; ++k) timetable.Add(0, parameters, k);
  EXPECT_TRUE(TrainTrials("cpu", timetable).ok());
  return wide.highest();
}

TEST(TrainTrials, WithoutRoomForAllTheYoungerHalfIsGivenBackAndTheOthersGoOn) {
  TrialParameters parameters = Small();
  parameters.steps = 20;
  parameters.batch_size = 64;
  const int64_t two = BytesOf(2, parameters), four = BytesOf(4, parameters);
  ASSERT_LT(two, four);
  std::vector<std::shared_ptr<Witness>> recorders;
  {
    const NarrowAllocator narrow((two + four) / 2);
    Timetable timetable;
    for (int k = 0; k < 4; ++k) recorders.push_back(timetable.Add(0, parameters, k));
    ASSERT_TRUE(TrainTrials("cpu", timetable).ok());
  }
  for (int k = 0; k < 2; ++k) ExpectSame(*recorders[k], Alone(parameters, k), std::to_string(k));
  for (int k = 2; k < 4; ++k) {
    EXPECT_EQ(recorders[k]->outcome.kind, Kind::kCrowdedOut);
    EXPECT_THAT(recorders[k]->outcome.detail, HasSubstr("no room for"));
  }
}

// Three fit; the fourth does not, and those that trained go on undisturbed.
TEST(TrainTrials, ANewcomerDrivesOutNobody) {
  TrialParameters parameters = Small();
  parameters.steps = 40;
  parameters.batch_size = 64;
  const int64_t three = BytesOf(3, parameters), four = BytesOf(4, parameters);
  std::vector<std::shared_ptr<Witness>> recorders;
  Timetable timetable;
  {
    const NarrowAllocator narrow((three + four) / 2);
    for (int k = 0; k < 3; ++k) recorders.push_back(timetable.Add(0, parameters, k));
    recorders.push_back(timetable.Add(10, parameters, 3));
    recorders.push_back(timetable.Add(12, parameters, 4));  // waits until one has ended
    ASSERT_TRUE(TrainTrials("cpu", timetable).ok());
  }
  for (int k : {0, 1, 2, 4}) {
    ExpectSame(*recorders[k], Alone(parameters, k), std::to_string(k));
  }
  EXPECT_EQ(recorders[3]->outcome.kind, Kind::kCrowdedOut);
}

TEST(TrainTrials, WithoutRoomToEvaluateBesideOthersATrialIsGivenBack) {
  TrialParameters parameters = Small();
  parameters.steps = 20;
  TrialParameters curious = parameters;
  curious.test_samples = 4000;
  std::shared_ptr<Witness> first, second;
  const int64_t room = BytesOf(2, parameters) + (int64_t{1} << 19);
  ASSERT_GT(BytesOf(1, curious), room);
  Timetable timetable;
  {
    const NarrowAllocator narrow(room);
    first = timetable.Add(0, parameters, 1);
    second = timetable.Add(5, curious, 2);
    ASSERT_TRUE(TrainTrials("cpu", timetable).ok());
  }
  ExpectSame(*first, Alone(parameters, 1), "first");
  EXPECT_EQ(second->outcome.kind, Kind::kCrowdedOut) << second->outcome.detail;
}

// Whichever allocation is the first that fails, every trial ends once and nothing is thrown.
TEST(TrainTrials, EndsEveryTrialWhateverFails) {
  TrialParameters parameters = Small();
  parameters.depth = 1;
  parameters.width = 8;
  parameters.batch_size = 2;
  parameters.test_samples = 2;
  parameters.steps = 2;
  parameters.eval_every = 1;
  for (int64_t allowed = 0; allowed < 700; allowed += 7) {
    Timetable timetable;
    std::vector<std::shared_ptr<Witness>> recorders;
    for (int k = 0; k < 3; ++k) recorders.push_back(timetable.Add(k / 2, parameters, k));
    {
      const NarrowAllocator failing(int64_t{1} << 40, allowed);
      ASSERT_TRUE(TrainTrials("cpu", timetable).ok());
    }
    for (const auto& recorder : recorders) EXPECT_EQ(recorder->ends, 1) << allowed;
  }
}

TEST(TrainTrials, WithoutRoomForOneItCrashesWithTheReason) {
  TrialParameters parameters = Small();
  parameters.steps = 20;
  const int64_t one = BytesOf(1, parameters);
  Witness recorder;
  {
    const NarrowAllocator narrow(one * 9 / 10);
    TrainTrial(parameters, 1, "cpu", recorder);
  }
  EXPECT_EQ(recorder.outcome.kind, Kind::kCrashed);
  EXPECT_TRUE(recorder.outcome.out_of_memory);
  EXPECT_THAT(recorder.outcome.detail, HasSubstr("no room for"));
}

TEST(TrainTrials, SaysForHowManyThereIsMemoryOnceItHasTakenAStep) {
  TrialParameters parameters = Small();
  parameters.steps = 20;
  Timetable timetable;
  const auto first = timetable.Add(0, parameters, 1);
  timetable.Add(5, parameters, 2);
  ASSERT_TRUE(TrainTrials("cpu", timetable).ok());
  ASSERT_EQ(timetable.fits().size(), first->last_step + 4) << "at each step but the first";
  EXPECT_GT(timetable.fits().front(), 1);
  EXPECT_EQ(first->outcome.execution, "attention: this program's kernel");
}

}  // namespace
}  // namespace pathsweep

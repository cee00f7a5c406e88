#include "worker/train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/metrics_hash.h"
#include "tests/worker/train/recorder.h"

namespace pathsweep {
namespace {

// As train_local and sweep-worker do by default: threads that wait for each other are slow
// where many tests run at once.
class OneThread : public testing::Environment {
  void SetUp() override { SetComputeThreads(1); }
};
[[maybe_unused]] testing::Environment* const one_thread =
    testing::AddGlobalTestEnvironment(new OneThread);

TrialParameters Small() {
  TrialParameters parameters;
  parameters.objective = "reverse";
  parameters.length = 3;
  parameters.nodes = 5;
  parameters.depth = 2;
  parameters.width = 32;
  parameters.batch_size = 32;
  parameters.test_samples = 128;
  return parameters;
}

TEST(OnAnyDevice, LearnsATinyReverseTaskWithinAFixedBudget) {
  TrialParameters parameters = Small();
  parameters.depth = 3;
  parameters.position = "rope";
  parameters.lr = 3e-3;
  parameters.steps = 1500;
  parameters.eval_every = 250;
  parameters.stop_when = "solved";
  parameters.solved_at = 1.0;
  Recorder recorder;
  const TrialOutcome outcome = TrainTrial(parameters, /*seed=*/1, TestDevice(), recorder);
  EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kSolved) << outcome.detail;
  EXPECT_EQ(recorder.history.rbegin()->second["exact_match"], 1.0);
}

TEST(OnAnyDevice, SameTrialIsTheSameTwice) {
  TrialParameters parameters = Small();
  parameters.steps = 5;
  parameters.eval_every = 2;
  parameters.train_samples = 40;
  Recorder first, second, other;
  TrainTrial(parameters, 7, TestDevice(), first);
  TrainTrial(parameters, 7, TestDevice(), second);
  TrainTrial(parameters, 8, TestDevice(), other);
  EXPECT_EQ(first.history, second.history);
  EXPECT_NE(first.history[0]["test_loss"], other.history[0]["test_loss"]);
}

TEST(OnAnyDevice, EvaluatesBeforeTheFirstStepRegularlyAndAfterTheLast) {
  TrialParameters parameters = Small();
  parameters.steps = 5;
  parameters.eval_every = 2;
  Recorder recorder;
  EXPECT_EQ(TrainTrial(parameters, 1, TestDevice(), recorder).kind, TrialOutcome::Kind::kCompleted);
  std::vector<int64_t> steps;
  for (const auto& [step, metrics] : recorder.history) steps.push_back(step);
  EXPECT_EQ(steps, (std::vector<int64_t>{0, 2, 4, 5}));
}

TEST(OnAnyDevice, DivergesAsAResult) {
  TrialParameters parameters = Diverging(Small());
  parameters.steps = 2000;
  parameters.eval_every = 2000;
  Recorder recorder;
  const TrialOutcome outcome = TrainTrial(parameters, 1, TestDevice(), recorder);
  EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kDiverged) << outcome.detail;
  EXPECT_GE(recorder.history.size(), 2u);  // the last evaluation is there
}

TEST(OnAnyDevice, StopsWithinOneStep) {
  TrialParameters parameters = Small();
  Recorder recorder;
  recorder.stop_after = 3;
  EXPECT_EQ(TrainTrial(parameters, 1, TestDevice(), recorder).kind,
            TrialOutcome::Kind::kInterrupted);
  EXPECT_EQ(recorder.last_step, 3);
}

// Keeps a checkpoint of every step in `wanted`.
struct Keeper : Recorder {
  explicit Keeper(std::set<int64_t> steps) : wanted(std::move(steps)) {}
  bool WantsCheckpoint(const CheckpointMoment& moment) override {
    if (moment.best) best.push_back(last_step);
    if (moment.last) ended = last_step;
    return wanted.contains(last_step);
  }
  void OnCheckpoint(int64_t step, const std::string& checkpoint) override {
    EXPECT_EQ(step, last_step);
    checkpoints[step] = checkpoint;
  }
  History Evaluations(int64_t after) const {
    History evaluations = history;
    std::erase_if(evaluations, [&](const auto& entry) { return entry.first <= after; });
    return evaluations;
  }

  const std::set<int64_t> wanted;
  std::vector<int64_t> best;
  int64_t ended = 0;
  std::map<int64_t, std::string> checkpoints;
};

uint64_t HashOf(const History& history) {
  MetricsHash hash;
  for (const auto& [step, metrics] : history) {
    for (const auto& [name, value] : metrics) hash.Add(step, name, value);
  }
  return hash.value();
}

// What a resumed run must bring back, each in some trial.
std::vector<TrialParameters> ToResume() {
  std::vector<TrialParameters> trials(3, Small());
  for (TrialParameters& parameters : trials) {
    parameters.schedule = "cosine";
    parameters.dropout = 0.1;
    parameters.warmup = 3;
    parameters.train_samples = 100;
    parameters.steps = 20;
    parameters.eval_every = 4;
  }
  trials[0].objective = "scheduled_sampling";
  trials[0].sampling_schedule = "linear";
  trials[1].architecture = "mamba";
  trials[1].optimizer = "muon";
  trials[1].objective = "multi_target";
  trials[2].architecture = "gru";
  trials[2].optimizer = "sgd";
  trials[2].edge_direction = "mixed";
  return trials;
}

TEST(OnAnyDevice, AResumedRunEqualsAStraightOneBitForBit) {
  for (const TrialParameters& parameters : ToResume()) {
    SCOPED_TRACE(parameters.architecture);
    for (const int64_t cut : {1, 8, 13}) {  // in the warm-up, at an evaluation, between two
      Keeper straight({cut, 18});
      const TrialOutcome uncut = TrainTrial(parameters, 5, TestDevice(), straight);
      EXPECT_EQ(uncut.metrics_hash, HashOf(straight.history));
      Keeper resumed({18});
      const TrialOutcome outcome =
          TrainTrial(parameters, 5, TestDevice(), resumed, {{}, straight.checkpoints.at(cut)});
      EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kCompleted) << outcome.detail;
      EXPECT_EQ(outcome.metrics_hash, uncut.metrics_hash) << "of what was measured before, too";
      EXPECT_EQ(resumed.Evaluations(cut), straight.Evaluations(cut)) << cut;
      EXPECT_EQ(resumed.history.begin()->first, cut / 4 * 4 + 4) << "evaluated again";
      EXPECT_EQ(resumed.checkpoints.at(18), straight.checkpoints.at(18)) << cut;
    }
  }
}

TEST(OnAnyDevice, CheckpointMomentsAreTheEndAndEachNewBest) {
  TrialParameters parameters = Small();
  parameters.steps = 300;
  parameters.eval_every = 10;
  parameters.lr = 3e-3;
  Keeper keeper({});
  TrainTrial(parameters, 5, TestDevice(), keeper);
  EXPECT_EQ(keeper.ended, 300);
  std::vector<int64_t> best;
  double highest = -1;
  for (const auto& [step, metrics] : keeper.Evaluations(/*after=*/0)) {
    if (metrics.at("exact_match") > highest) best.push_back(step);
    highest = std::max(highest, metrics.at("exact_match"));
  }
  EXPECT_GT(best.size(), 2u);
  EXPECT_EQ(keeper.best, best);
}

TEST(Checkpoint, OfAnotherTrialOrDamagedIsRefused) {
  TrialParameters parameters = Small();
  parameters.steps = 5;
  Keeper keeper({2, 5});
  TrainTrial(parameters, 5, TestDevice(), keeper);
  EXPECT_EQ(keeper.ended, 5);
  EXPECT_TRUE(keeper.checkpoints.contains(5)) << "the end may be kept";
  const std::string checkpoint = keeper.checkpoints.at(2);
  EXPECT_EQ(*CheckCheckpoint(checkpoint, parameters, 5), 2);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckCheckpoint(checkpoint, parameters, 6).status()));
  TrialParameters other = parameters;
  other.lr *= 2;
  EXPECT_TRUE(absl::IsInvalidArgument(CheckCheckpoint(checkpoint, other, 5).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckCheckpoint("", parameters, 5).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckCheckpoint(checkpoint.substr(0, checkpoint.size() / 2), parameters, 5).status()));
  std::string damaged = checkpoint;
  damaged[damaged.size() / 2] ^= 1;  // among the weights
  EXPECT_TRUE(absl::IsInvalidArgument(CheckCheckpoint(damaged, parameters, 5).status()));
}

TEST(TrainTrial, MissingDeviceIsACrashWithItsMessage) {
  Recorder recorder;
  const TrialOutcome outcome = TrainTrial(Small(), 1, "cuda:63", recorder);
  EXPECT_EQ(outcome.kind, TrialOutcome::Kind::kCrashed);
  EXPECT_FALSE(outcome.detail.empty());
}

TEST(ResolveDevice, TakesAutoAndCpuAndRefusesTheRest) {
  EXPECT_EQ(ResolveDevice("cpu")->device, "cpu");
  EXPECT_GT(ResolveDevice("cpu")->memory_bytes, 0);
  EXPECT_TRUE(ResolveDevice("auto").ok());
  EXPECT_EQ(ResolveDevice("cuda:63").status().code(), absl::StatusCode::kNotFound);
  for (const char* text : {"", "gpu", "cuda", "cuda:", "cuda:x", "cuda:-1"}) {
    EXPECT_EQ(ResolveDevice(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace pathsweep

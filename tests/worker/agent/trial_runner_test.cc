// Which trials train together, with a trainer that does as it is told.
#include "worker/agent/trial_runner.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Trains without a step until it is told to end a trial; knows who trains with whom.
class Stage {
 public:
  void Train(TrialSource& source) {
    std::vector<TrialTask> held;
    while (true) {
      for (TrialTask& task : source.Take(static_cast<int>(held.size()))) {
        held.push_back(std::move(task));
      }
      if (held.empty()) return;
      EndThose(held);
      Show(&source, held);
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  void End(uint64_t seed) {
    absl::MutexLock lock(&mutex_);
    to_end_.push_back(seed);
  }

  // Waits until these are the seeds of all groups.
  bool WaitFor(std::vector<std::vector<uint64_t>> wanted) {
    std::ranges::sort(wanted);
    const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return Groups() == wanted; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10));
  }

 private:
  void EndThose(std::vector<TrialTask>& held) {
    std::erase_if(held, [&](const TrialTask& task) {
      absl::MutexLock lock(&mutex_);
      const bool ends = task.observer->ShouldStop() || std::erase(to_end_, task.seed) > 0;
      if (ends) task.observer->OnEnd({TrialOutcome::Kind::kCompleted, ""});
      return ends;
    });
  }

  void Show(TrialSource* group, const std::vector<TrialTask>& held) {
    absl::MutexLock lock(&mutex_);
    std::vector<uint64_t>& seeds = groups_[group];
    seeds.clear();
    for (const TrialTask& task : held) seeds.push_back(task.seed);
    std::ranges::sort(seeds);
    if (seeds.empty()) groups_.erase(group);
  }

  std::vector<std::vector<uint64_t>> Groups() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    std::vector<std::vector<uint64_t>> groups;
    for (const auto& [source, seeds] : groups_) groups.push_back(seeds);
    std::ranges::sort(groups);
    return groups;
  }

  absl::Mutex mutex_;
  std::vector<uint64_t> to_end_ ABSL_GUARDED_BY(mutex_);
  std::map<TrialSource*, std::vector<uint64_t>> groups_ ABSL_GUARDED_BY(mutex_);
};

class TrialRunnerTest : public ::testing::Test {
 protected:
  ~TrialRunnerTest() override { session_.Leave(); }

  void Open(int slots, int fuse) {
    const Trainer trainer{[this](TrialSource& source) { stage_.Train(source); }, nullptr};
    runner_ = std::make_unique<TrialRunner>(session_, courier_, trainer, slots, fuse);
  }

  // A first attempt; its seed is the trial's number.
  void Start(int64_t trial, int64_t depth) {
    v1::Directive directive;
    v1::Lease& lease = *directive.add_leases();
    lease.set_trial_id(trial);
    lease.set_attempt(1);
    lease.set_seed(trial);
    TrialParameters parameters;
    parameters.depth = depth;
    ToProto(parameters, *lease.mutable_parameters());
    for (Assignment& assignment : session_.Follow(directive)) runner_->Start(std::move(assignment));
  }

  Stage stage_;
  Session session_{v1::WorkerDescription()};
  CheckpointCourier courier_{
      session_, grpc::CreateChannel("unix:/nowhere", grpc::InsecureChannelCredentials())};
  std::unique_ptr<TrialRunner> runner_;
};

TEST_F(TrialRunnerTest, TrialsOfOneShapeTrainTogetherUpToTheLimit) {
  Open(/*slots=*/5, /*fuse=*/3);
  for (int64_t trial : {1, 2, 3, 4}) Start(trial, 2);
  Start(5, 7);  // of another shape
  EXPECT_TRUE(stage_.WaitFor({{1, 2, 3}, {4}, {5}}));
}

TEST_F(TrialRunnerTest, WithoutFusingEachTrainsAlone) {
  Open(/*slots=*/2, /*fuse=*/1);
  for (int64_t trial : {1, 2, 3}) Start(trial, 2);
  EXPECT_TRUE(stage_.WaitFor({{1}, {2}}));
  stage_.End(1);
  EXPECT_TRUE(stage_.WaitFor({{2}, {3}}));
}

TEST_F(TrialRunnerTest, OneThatComesJoinsWhereOneHasEnded) {
  Open(/*slots=*/2, /*fuse=*/2);
  Start(1, 2);
  Start(2, 2);
  EXPECT_TRUE(stage_.WaitFor({{1, 2}}));
  stage_.End(1);
  EXPECT_TRUE(stage_.WaitFor({{2}}));
  Start(3, 2);
  EXPECT_TRUE(stage_.WaitFor({{2, 3}}));
  stage_.End(2);
  stage_.End(3);
  EXPECT_TRUE(stage_.WaitFor({}));
  Start(4, 2);
  EXPECT_TRUE(stage_.WaitFor({{4}}));
}

TEST_F(TrialRunnerTest, MoreThanThereAreSlotsWait) {
  Open(/*slots=*/1, /*fuse=*/1);
  Start(1, 2);
  Start(2, 3);
  EXPECT_TRUE(stage_.WaitFor({{1}}));
  stage_.End(1);
  EXPECT_TRUE(stage_.WaitFor({{2}}));
}

TEST_F(TrialRunnerTest, EndsWhileACheckpointIsFetched) {
  Open(/*slots=*/1, /*fuse=*/1);
  v1::Directive directive;
  v1::Lease& lease = *directive.add_leases();
  lease.set_trial_id(1);
  lease.set_attempt(2);  // goes on from a checkpoint, and nobody answers
  lease.mutable_checkpoint_interval()->set_seconds(1);
  ToProto(TrialParameters(), *lease.mutable_parameters());
  for (Assignment& assignment : session_.Follow(directive)) runner_->Start(std::move(assignment));
  session_.Leave();
  const absl::Time before = absl::Now();
  runner_.reset();
  EXPECT_LT(absl::Now() - before, absl::Seconds(60)) << "a fetch may take two minutes";
}

}  // namespace
}  // namespace pathsweep

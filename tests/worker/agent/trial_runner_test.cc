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

// Trains without a step until it is told to end a trial; knows who trains with whom.
class Stage {
 public:
  void Train(TrialSource& source) {
    std::vector<TrialTask> held;
    while (true) {
      for (TrialTask& task : source.Take(static_cast<int>(held.size()), 1000)) {
        held.push_back(std::move(task));
      }
      if (held.empty()) return;
      EndThose(held);
      Show(&source, held);
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  void End(uint64_t seed, TrialOutcome::Kind kind = TrialOutcome::Kind::kCompleted,
           bool out_of_memory = false) {
    absl::MutexLock lock(&mutex_);
    to_end_[seed] = {kind, "", out_of_memory};
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
      const auto told = to_end_.extract(task.seed);
      if (!told.empty()) task.observer->OnEnd(told.mapped());
      if (told.empty() && task.observer->ShouldStop()) task.observer->OnEnd({});
      return !told.empty() || task.observer->ShouldStop();
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
  std::map<uint64_t, TrialOutcome> to_end_ ABSL_GUARDED_BY(mutex_);
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
  static v1::WorkerDescription ThreeSlots() {
    v1::WorkerDescription worker;
    worker.set_slots(3);
    return worker;
  }

  Session session_{ThreeSlots()};
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

TEST_F(TrialRunnerTest, WhoFindsNoRoomIsHandedBackAndTheWorkerTakesLessWhileTheOthersTrain) {
  Open(/*slots=*/3, /*fuse=*/3);
  for (int64_t trial : {1, 2, 3}) Start(trial, 2);
  EXPECT_TRUE(stage_.WaitFor({{1, 2, 3}}));
  stage_.End(3, TrialOutcome::Kind::kCrowdedOut);
  EXPECT_TRUE(stage_.WaitFor({{1, 2}}));
  v1::WorkerReport report = session_.MakeReport();
  EXPECT_EQ(report.worker().slots(), 2);
  EXPECT_EQ(report.attempts(2).outcome().kind(), v1::Outcome::RELEASED);
  stage_.End(1);
  stage_.End(2);
  EXPECT_TRUE(stage_.WaitFor({}));
  EXPECT_TRUE(session_.WaitToReport(absl::Now() + absl::Seconds(1)));
  for (int tries = 0; session_.MakeReport().worker().slots() < 3 && tries < 1000; ++tries) {
    absl::SleepFor(absl::Milliseconds(10));  // until the thread has left the group
  }
  EXPECT_EQ(session_.MakeReport().worker().slots(), 3);
}

TEST_F(TrialRunnerTest, WithoutMemoryBesideAnotherGroupItIsHandedBackToo) {
  Open(/*slots=*/2, /*fuse=*/2);
  Start(1, 2);
  Start(2, 7);
  EXPECT_TRUE(stage_.WaitFor({{1}, {2}}));
  stage_.End(2, TrialOutcome::Kind::kCrashed, /*out_of_memory=*/true);
  EXPECT_TRUE(stage_.WaitFor({{1}}));
  EXPECT_EQ(session_.MakeReport().attempts(1).outcome().kind(), v1::Outcome::RELEASED);
  stage_.End(1, TrialOutcome::Kind::kCrashed, /*out_of_memory=*/true);
  EXPECT_TRUE(stage_.WaitFor({}));
  EXPECT_EQ(session_.MakeReport().attempts(0).outcome().kind(), v1::Outcome::CRASHED);
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

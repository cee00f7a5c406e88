// Which trials train together, with a trainer that does as it is told.
#include "worker/agent/trial_runner.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

// Trains without a step until it is told to end a trial; knows who trains with whom.
class Stage {
 public:
  absl::Status Train(TrialSource& source) {
    std::vector<TrialTask> held;
    while (true) {
      const int training = static_cast<int>(held.size());
      for (TrialTask& task : source.Take(training, 1000, Fits(training))) {
        held.push_back(std::move(task));
      }
      if (held.empty()) return absl::OkStatus();
      if (absl::Status status = device_status(); !status.ok()) {
        for (const TrialTask& task : held) {
          task.observer->OnEnd({TrialOutcome::Kind::kCrashed, std::string(status.message())});
        }
        return status;
      }
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

  // From now on there is memory for so many in all.
  void Measure(int trials) {
    absl::MutexLock lock(&mutex_);
    fit_ = trials;
  }

  void LoseDevice() {
    absl::MutexLock lock(&mutex_);
    device_status_ = absl::UnavailableError("the device is gone");
  }

  // Waits until these are the seeds of all groups.
  bool WaitFor(std::vector<std::vector<uint64_t>> wanted) {
    std::ranges::sort(wanted);
    const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return Groups() == wanted; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10));
  }

 private:
  std::optional<int> Fits(int training) {
    absl::MutexLock lock(&mutex_);
    if (!fit_ || training == 0) return std::nullopt;
    return std::max(*fit_ - training, 0);
  }

  absl::Status device_status() {
    absl::MutexLock lock(&mutex_);
    return device_status_;
  }

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
  std::optional<int> fit_ ABSL_GUARDED_BY(mutex_);
  absl::Status device_status_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, TrialOutcome> to_end_ ABSL_GUARDED_BY(mutex_);
  std::map<TrialSource*, std::vector<uint64_t>> groups_ ABSL_GUARDED_BY(mutex_);
};

class TrialRunnerTest : public ::testing::Test {
 protected:
  ~TrialRunnerTest() override { session_.Leave(); }

  void Open(int slots, int fuse, bool measured = false) {
    const Trainer trainer{[this](TrialSource& source) { return stage_.Train(source); }, nullptr,
                          [this] {
                            DeviceReading reading;
                            reading.energy_joules = consumed_.load();
                            return reading;
                          }};
    runner_ =
        std::make_unique<TrialRunner>(session_, courier_, trainer, Capacity{slots, fuse, measured},
                                      [this](const absl::Status&) { session_.Leave(); });
  }

  int SlotsOnceTheyAre(int wanted) {
    for (int tries = 0; tries < 1000; ++tries) {
      if (session_.MakeReport().worker().slots() == wanted) break;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return session_.MakeReport().worker().slots();
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

  std::atomic<double> consumed_ = 0;
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
  EXPECT_EQ(SlotsOnceTheyAre(3), 3);
}

TEST_F(TrialRunnerTest, OneTrialSaysForHowManyMoreThereIsMemory) {
  Open(/*slots=*/6, /*fuse=*/6, /*measured=*/true);
  for (int64_t trial : {1, 2, 3, 4}) Start(trial, 2);
  EXPECT_TRUE(stage_.WaitFor({{1}}));
  Start(5, 7);  // of another shape
  stage_.Measure(10);
  EXPECT_TRUE(stage_.WaitFor({{1, 2, 3, 4}}));
  for (uint64_t trial : {1, 2, 3, 4}) stage_.End(trial);
  EXPECT_TRUE(stage_.WaitFor({{5}}));
}

TEST_F(TrialRunnerTest, SlotsAreWhatFindsMemory) {
  Open(/*slots=*/6, /*fuse=*/6, /*measured=*/true);
  Start(1, 2);
  EXPECT_TRUE(stage_.WaitFor({{1}}));
  stage_.Measure(3);
  EXPECT_EQ(SlotsOnceTheyAre(3), 3);
  for (int64_t trial : {2, 3}) Start(trial, 2);
  EXPECT_TRUE(stage_.WaitFor({{1, 2, 3}}));
  EXPECT_EQ(SlotsOnceTheyAre(3), 3);
  stage_.Measure(100);
  EXPECT_EQ(SlotsOnceTheyAre(6), 6) << "no more than it may";
  for (uint64_t trial : {1, 2, 3}) stage_.End(trial);
  EXPECT_EQ(SlotsOnceTheyAre(1), 1) << "the next shape is measured anew";
}

TEST_F(TrialRunnerTest, EnergyIsSharedByThoseThatTrain) {
  Open(/*slots=*/2, /*fuse=*/2);
  Start(1, 2);
  EXPECT_TRUE(stage_.WaitFor({{1}}));
  consumed_ = 10;
  Start(2, 2);
  EXPECT_TRUE(stage_.WaitFor({{1, 2}}));
  consumed_ = 30;
  stage_.End(1);
  EXPECT_TRUE(stage_.WaitFor({{2}}));
  consumed_ = 37;
  stage_.End(2);
  EXPECT_TRUE(stage_.WaitFor({}));
  const v1::WorkerReport report = session_.MakeReport();
  EXPECT_EQ(report.attempts(0).outcome().energy_joules(), 20);
  EXPECT_EQ(report.attempts(1).outcome().energy_joules(), 17);
}

TEST_F(TrialRunnerTest, ALostDeviceCrashesWhatTrainsAndHandsTheRestBack) {
  Open(/*slots=*/1, /*fuse=*/2);
  Start(1, 2);
  Start(2, 2);
  Start(3, 7);
  EXPECT_TRUE(stage_.WaitFor({{1, 2}}));
  stage_.LoseDevice();
  for (int tries = 0; !session_.MakeReport().leaving() && tries < 1000; ++tries) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  const v1::WorkerReport report = session_.MakeReport();
  ASSERT_EQ(report.attempts_size(), 3);
  EXPECT_EQ(report.attempts(0).outcome().kind(), v1::Outcome::CRASHED);
  EXPECT_EQ(report.attempts(0).outcome().detail(), "the device is gone");
  EXPECT_EQ(report.attempts(1).outcome().kind(), v1::Outcome::CRASHED);
  EXPECT_EQ(report.attempts(2).outcome().kind(), v1::Outcome::RELEASED);
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

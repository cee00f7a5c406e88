#include "coordinator/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/synchronization/notification.h"
#include "coordinator/engine/engine_thread.h"
#include "coordinator/store/memory_store.h"
#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RecordingSink : public WorkerSink {
 public:
  void Send(Directive directive) override { sent.push_back(std::move(directive)); }
  void Close(absl::Status status) override { closed.push_back(std::move(status)); }

  std::vector<Directive> sent;
  std::vector<absl::Status> closed;
};

class EngineTest : public ::testing::Test {
 protected:
  absl::Status Ask(decltype(Request::command) command) {
    absl::Status answer = absl::UnknownError("not answered");
    std::vector<Request> drain;
    drain.push_back(
        {std::move(command), [&](const absl::Status& status, const State&) { answer = status; }});
    engine_.Process(std::move(drain), now_);
    return answer;
  }
  absl::Status Report(const WorkerReport& report, std::shared_ptr<RecordingSink> sink) {
    return Ask(ReportOnStream{{report}, std::move(sink)});
  }
  int64_t Count(TrialState state) {
    int64_t count = 0;
    std::vector<Request> drain;
    drain.push_back({Inspect{}, [&](const absl::Status&, const State& seen) {
                       for (const auto& [id, sweep] : seen.sweeps) count += sweep.Counts()[state];
                     }});
    engine_.Process(std::move(drain), now_);
    return count;
  }

  MemoryStore store_;
  Engine engine_{store_, {.lease = absl::Seconds(60), .reconnect = absl::Seconds(10)}};
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
};

TEST_F(EngineTest, AnswersAfterTheCommit) {
  EXPECT_TRUE(Ask(SubmitSweep{"request", SmallSweep("a")}).ok());
  EXPECT_THAT(store_.Load(now_, {}).value().sweeps, SizeIs(1));
}

TEST_F(EngineTest, OneDrainIsOneTransactionForAllItsRequests) {
  std::vector<Request> drain;
  std::vector<absl::StatusCode> answers;
  const auto note = [&](const absl::Status& status, const State&) {
    answers.push_back(status.code());
  };
  drain.push_back({SubmitSweep{"1", SmallSweep("a")}, note});
  drain.push_back({CancelSweep{"nothing"}, note});
  drain.push_back({SubmitSweep{"2", SmallSweep("b")}, note});
  engine_.Process(std::move(drain), now_);
  EXPECT_THAT(answers, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kNotFound,
                                   absl::StatusCode::kOk));
}

TEST_F(EngineTest, InspectionDoesNotWaitForTheDrainItCameWith) {
  std::vector<std::string> answered;
  std::vector<Request> drain;
  drain.push_back({SubmitSweep{"1", SmallSweep("a")},
                   [&](const absl::Status&, const State&) { answered.push_back("submit"); }});
  drain.push_back({Inspect{}, [&](const absl::Status& status, const State& state) {
                     EXPECT_TRUE(status.ok());
                     EXPECT_THAT(state.sweeps, IsEmpty()) << "nothing is committed yet";
                     answered.push_back("inspect");
                   }});
  engine_.Process(std::move(drain), now_);
  EXPECT_THAT(answered, ElementsAre("inspect", "submit"));
}

TEST_F(EngineTest, FailedCommitAnswersEveryCallerWithItsErrorAndKeepsTheStoredState) {
  ASSERT_TRUE(Ask(SubmitSweep{"kept", SmallSweep("kept")}).ok());
  ASSERT_TRUE(Report(ReportOf("w"), sink_).ok());
  store_.FailWith(absl::ResourceExhaustedError("disk full"));
  EXPECT_EQ(Ask(SubmitSweep{"lost", SmallSweep("lost")}).code(),
            absl::StatusCode::kResourceExhausted);
  ASSERT_THAT(sink_->closed, SizeIs(1));
  EXPECT_EQ(sink_->closed[0].code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask(Inspect{}).code(), absl::StatusCode::kResourceExhausted);  // still full
  store_.FailWith(absl::OkStatus());
  EXPECT_TRUE(Ask(Inspect{}).ok());
  EXPECT_FALSE(engine_.health().ok()) << "reading well says nothing of writing";
  EXPECT_EQ(Count(TrialState::kPending) + Count(TrialState::kRunning), 2);  // "lost" is not there
  EXPECT_TRUE(Ask(SubmitSweep{"lost", SmallSweep("lost")}).ok());
  EXPECT_TRUE(engine_.health().ok());
}

TEST_F(EngineTest, WorkerHearsOfLeaseCancellationAndAcknowledgement) {
  WorkerReport report = ReportOf("w");
  report.sequence = 7;
  ASSERT_TRUE(Report(report, sink_).ok());
  EXPECT_EQ(sink_->sent.back().acknowledged_sequence, 7u);
  ASSERT_TRUE(Ask(SubmitSweep{"1", SmallSweep("a", 1)}).ok());
  ASSERT_THAT(sink_->sent.back().leases, SizeIs(1));
  ASSERT_TRUE(Report(ReportOf("w", {Running(1, 1)}), sink_).ok());
  const size_t before = sink_->sent.size();
  ASSERT_TRUE(Ask(CancelSweep{"a"}).ok());
  ASSERT_THAT(sink_->sent, SizeIs(before + 1));
  EXPECT_EQ(sink_->sent.back().attempts.at(0).wish, Directive::Wish::kDrop);
}

TEST_F(EngineTest, LeaseExpiryIsFoundByTheDeadlineItNames) {
  ASSERT_TRUE(Ask(SubmitSweep{"1", SmallSweep("a", 1)}).ok());
  ASSERT_TRUE(Report(ReportOf("w"), sink_).ok());
  ASSERT_TRUE(Ask(StreamEnded{"w", sink_}).ok());
  EXPECT_EQ(engine_.NextDeadline(), now_ + absl::Seconds(10));
  now_ = engine_.NextDeadline();
  engine_.Process({}, now_);
  EXPECT_EQ(Count(TrialState::kPending), 1);
}

TEST_F(EngineTest, OversleepingBlamesNoWorker) {
  ASSERT_TRUE(Ask(SubmitSweep{"1", SmallSweep("a", 1)}).ok());
  ASSERT_TRUE(Report(ReportOf("w"), sink_).ok());
  now_ += absl::Hours(1);
  engine_.Overslept(now_);
  engine_.Process({}, now_);
  EXPECT_EQ(Count(TrialState::kRunning), 1);
}

TEST_F(EngineTest, NewStreamOfAWorkerReplacesTheOldOne) {
  auto second = std::make_shared<RecordingSink>();
  ASSERT_TRUE(Ask(SubmitSweep{"1", SmallSweep("a", 1)}).ok());
  ASSERT_TRUE(Report(ReportOf("w"), sink_).ok());
  ASSERT_TRUE(Report(ReportOf("w", {Running(1, 1)}), second).ok());
  EXPECT_THAT(sink_->closed, SizeIs(1));
  ASSERT_TRUE(Ask(StreamEnded{"w", sink_}).ok());  // late news of the old stream
  now_ += absl::Seconds(30);
  engine_.Process({}, now_);
  EXPECT_EQ(Count(TrialState::kRunning), 1);
}

TEST_F(EngineTest, RestartedEngineLetsRunningTrialsGoOnWithTheirWorkers) {
  ASSERT_TRUE(Ask(SubmitSweep{"1", SmallSweep("a", 2)}).ok());
  ASSERT_TRUE(Report(ReportOf("w"), sink_).ok());
  Engine restarted(store_, {.lease = absl::Seconds(60)});
  std::vector<Request> drain;
  drain.push_back({ReportOnStream{{ReportOf("w", {Running(1, 1)})}, sink_}, nullptr});
  restarted.Process(std::move(drain), now_ + absl::Seconds(59));
  EXPECT_EQ(sink_->sent.back().attempts.at(0).wish, Directive::Wish::kContinue);
  EXPECT_THAT(sink_->sent.back().leases, IsEmpty());
}

// However much workers have reported, a user waits for one bounded drain: one who asks while
// the first report is answered is not kept waiting for the last.
TEST(EngineThread, TakesUsersFirstAndWorkersInPortions) {
  MemoryStore store;
  const SystemClock clock;
  std::vector<std::string> answered;  // on the engine's thread
  auto engine = std::make_unique<EngineThread>(store, clock, LeasePolicy{});
  EngineThread& running = *engine;
  absl::Notification busy, queued, ended;
  engine->Post({Inspect{}, [&](const absl::Status&, const State&) {
                  busy.Notify();
                  queued.WaitForNotification();
                }});
  busy.WaitForNotification();  // all that follows is queued while the engine is busy
  AttemptReport large = Running(1, 1);
  large.measurements.assign(5000, {1, "exact_match", 0.5});
  for (const std::string name : {"first", "second", "third"}) {
    engine->Post({ReportOnStream{{ReportOf("w", {large})}, std::make_shared<RecordingSink>()},
                  [&, name](const absl::Status&, const State&) {
                    answered.push_back(name);
                    if (name == "third") ended.Notify();
                    if (name != "first") return;
                    running.Post({Inspect{}, [&](const absl::Status&, const State&) {
                                    answered.push_back("late user");
                                  }});
                  }});
  }
  engine->Post({Inspect{}, [&](const absl::Status&, const State&) { answered.push_back("user"); }});
  queued.Notify();
  ended.WaitForNotification();
  engine.reset();  // joins its thread
  EXPECT_THAT(answered, ElementsAre("user", "first", "late user", "second", "third"));
}

TEST(EngineThread, AnswersFromManyThreads) {
  MemoryStore store;
  const SystemClock clock;
  EngineThread engine(store, clock, {});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&engine, i] {
      for (int j = 0; j < 50; ++j) {
        const std::string name = "s" + std::to_string(i * 50 + j);
        EXPECT_TRUE(engine.Ask({SubmitSweep{name, SmallSweep(name)}, nullptr}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t sweeps = 0;
  EXPECT_TRUE(engine
                  .Ask({Inspect{}, [&](const absl::Status&,
                                       const State& state) { sweeps = state.sweeps.size(); }})
                  .ok());
  EXPECT_EQ(sweeps, 400);
}

}  // namespace
}  // namespace pathsweep

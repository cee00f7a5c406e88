// An agent with a trainer that does as it is told, against a coordinator's stream in this
// process.
#include "worker/agent/agent.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;
using Stream = grpc::ServerReaderWriter<v1::Directive, v1::WorkerReport>;
// What the coordinator does with one stream.
using Script = std::function<grpc::Status(Stream&)>;

class ScriptedService : public v1::WorkerService::Service {
 public:
  explicit ScriptedService(std::deque<Script> scripts) : scripts_(std::move(scripts)) {}

  grpc::Status Exchange(grpc::ServerContext*, Stream* stream) override {
    Script script;
    {
      absl::MutexLock lock(&mutex_);
      if (scripts_.empty()) return {grpc::StatusCode::UNAVAILABLE, "nothing more in the script"};
      script = scripts_.front();
      scripts_.pop_front();
    }
    return script(*stream);
  }

 private:
  absl::Mutex mutex_;
  std::deque<Script> scripts_ ABSL_GUARDED_BY(mutex_);
};

v1::Directive Answer(const v1::WorkerReport& report) {
  v1::Directive directive;
  directive.set_acknowledged_sequence(report.sequence());
  directive.mutable_report_interval()->set_seconds(1);
  return directive;
}

void AddLease(v1::Directive& directive, int64_t trial) {
  v1::Lease& lease = *directive.add_leases();
  lease.set_trial_id(trial);
  lease.set_attempt(1);
  lease.set_seed(trial);
  ToProto(TrialParameters(), *lease.mutable_parameters());
}

// Answers reports until one of them satisfies `done`; that one is not answered.
v1::WorkerReport ReadUntil(Stream& stream,
                           const std::function<bool(const v1::WorkerReport&)>& done) {
  v1::WorkerReport report;
  while (stream.Read(&report) && !done(report)) stream.Write(Answer(report));
  return report;
}

bool HasOutcome(const v1::WorkerReport& report) {
  return report.attempts_size() > 0 && report.attempts(0).has_outcome();
}

bool HasMeasurement(const v1::WorkerReport& report) {
  return report.attempts_size() > 0 && report.attempts(0).measurements_size() > 0;
}

// Trains a trial to its end.
using TrainOne = std::function<TrialOutcome(uint64_t seed, TrialObserver&)>;

class AgentTest : public ::testing::Test {
 protected:
  void Serve(std::deque<Script> scripts) {
    service_ = std::make_unique<ScriptedService>(std::move(scripts));
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
  }

  // `device` is what becomes of the device with the first trial.
  absl::Status Run(TrainOne train, const absl::Status& device = absl::OkStatus()) {
    AgentOptions options;
    options.coordinator = absl::StrCat("127.0.0.1:", port_);
    options.worker.set_name("w");
    options.worker.set_slots(1);
    const auto train_all = [train = std::move(train), device](TrialSource& source) {
      const auto take = [&] { return source.Take(0, 1000, std::nullopt); };
      for (auto tasks = take(); !tasks.empty(); tasks = take()) {
        tasks[0].observer->OnEnd(train(tasks[0].seed, *tasks[0].observer));
        if (!device.ok()) return device;
      }
      return absl::OkStatus();
    };
    const auto read_device = [] {
      DeviceReading reading;
      reading.power_watts = 250;
      return reading;
    };
    agent_ = std::make_unique<Agent>(options, Trainer{train_all, nullptr, read_device});
    return agent_->Run();
  }

  int port_ = 0;
  std::unique_ptr<ScriptedService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Agent> agent_;
};

// One evaluation, then done.
TrialOutcome TrainBriefly(uint64_t seed, TrialObserver& observer) {
  observer.OnStep(1);
  const std::vector<MetricValue> metrics = {{"exact_match", static_cast<double>(seed)}};
  observer.OnEvaluation(1, metrics);
  return {TrialOutcome::Kind::kCompleted, ""};
}

TrialOutcome TrainUntilStopped(uint64_t, TrialObserver& observer) {
  const std::vector<MetricValue> metrics = {{"exact_match", 0.5}};
  observer.OnEvaluation(0, metrics);
  while (!observer.ShouldStop()) std::this_thread::yield();
  return {TrialOutcome::Kind::kInterrupted, "interrupted"};
}

TEST_F(AgentTest, TrainsOneLeaseAfterTheOtherAndReportsEach) {
  std::vector<double> values;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    for (int64_t trial : {4, 5}) {
      v1::Directive directive = Answer(report);
      AddLease(directive, trial);
      AddLease(directive, trial);  // said twice, started once
      stream.Write(directive);
      double measured = 0;
      report = ReadUntil(stream, [&](const v1::WorkerReport& one) {
        for (const auto& attempt : one.attempts()) {
          for (const auto& measurement : attempt.measurements()) measured = measurement.value();
        }
        return HasOutcome(one);
      });
      values.push_back(measured);
    }
    stream.Write(Answer(report));
    agent_->Leave();
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  EXPECT_TRUE(Run(TrainBriefly).ok());
  EXPECT_THAT(values, ::testing::ElementsAre(4, 5));
}

TEST_F(AgentTest, BrokenStreamLosesNothing) {
  v1::WorkerReport resent;
  v1::WorkerReport last;  // the outcome may come later than the measurement
  Serve({[](Stream& stream) {
           v1::WorkerReport report;
           stream.Read(&report);
           v1::Directive directive = Answer(report);
           AddLease(directive, 4);
           stream.Write(directive);
           ReadUntil(stream, HasMeasurement);  // heard, and the stream breaks before the answer
           return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");
         },
         [&](Stream& stream) {
           stream.Read(&resent);
           last = resent;
           if (!HasOutcome(last)) {
             stream.Write(Answer(last));
             last = ReadUntil(stream, HasOutcome);
           }
           stream.Write(Answer(last));
           agent_->Leave();
           ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
           return grpc::Status::OK;
         }});
  EXPECT_TRUE(Run(TrainBriefly).ok());
  ASSERT_TRUE(HasMeasurement(resent));
  EXPECT_EQ(resent.attempts(0).measurements(0).value(), 4);
  ASSERT_TRUE(HasOutcome(last));
  EXPECT_EQ(last.attempts(0).outcome().kind(), v1::Outcome::COMPLETED);
}

TEST_F(AgentTest, TrainingGoesOnWhileTheCoordinatorIsAway) {
  v1::WorkerReport back;
  Serve({[](Stream& stream) {
           v1::WorkerReport report;
           stream.Read(&report);
           v1::Directive directive = Answer(report);
           AddLease(directive, 4);
           stream.Write(directive);
           ReadUntil(stream, HasMeasurement);
           return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");
         },
         [](Stream&) { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "still away"); },
         [&](Stream& stream) {
           stream.Read(&back);
           stream.Write(Answer(back));
           agent_->Leave();
           ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
           return grpc::Status::OK;
         }});
  EXPECT_TRUE(Run(TrainUntilStopped).ok());
  ASSERT_EQ(back.attempts_size(), 1);
  EXPECT_FALSE(back.attempts(0).has_outcome());
  EXPECT_EQ(back.attempts(0).measurements_size(), 1);
}

TEST_F(AgentTest, StopAndDropEndATrialWithinOneMessage) {
  v1::Outcome stopped;
  int held_after_drop = -1;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    for (const auto desired : {v1::AttemptDirective::STOP, v1::AttemptDirective::DROP}) {
      v1::Directive directive = Answer(report);
      AddLease(directive, desired);
      stream.Write(directive);
      report = ReadUntil(stream, HasMeasurement);
      directive = Answer(report);
      v1::AttemptDirective& said = *directive.add_attempts();
      said.set_trial_id(desired);
      said.set_attempt(1);
      said.set_desired(desired);
      stream.Write(directive);
      if (desired == v1::AttemptDirective::STOP) {
        report = ReadUntil(stream, HasOutcome);
        stopped = report.attempts(0).outcome();
      } else {
        stream.Read(&report);
        held_after_drop = report.attempts_size();
      }
    }
    stream.Write(Answer(report));
    agent_->Leave();
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  EXPECT_TRUE(Run(TrainUntilStopped).ok());
  EXPECT_EQ(stopped.kind(), v1::Outcome::STOPPED);
  EXPECT_EQ(held_after_drop, 0);
}

TEST_F(AgentTest, LeavingHandsTheTrialBack) {
  v1::Outcome outcome;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    v1::Directive directive = Answer(report);
    AddLease(directive, 4);
    stream.Write(directive);
    report = ReadUntil(stream, HasMeasurement);
    stream.Write(Answer(report));
    agent_->Leave();
    report = ReadUntil(stream, HasOutcome);
    outcome = report.attempts(0).outcome();
    EXPECT_TRUE(report.leaving());
    stream.Write(Answer(report));
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  EXPECT_TRUE(Run(TrainUntilStopped).ok());
  EXPECT_EQ(outcome.kind(), v1::Outcome::RELEASED);
}

TEST_F(AgentTest, AnotherProtocolVersionEndsTheWorkerWithItsMessage) {
  Serve({[](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "upgrade the older of the two");
  }});
  const absl::Status status = Run(TrainBriefly);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("upgrade"));
}

TEST_F(AgentTest, CrashOfTheTrainerIsReported) {
  v1::Outcome outcome;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    v1::Directive directive = Answer(report);
    AddLease(directive, 4);
    stream.Write(directive);
    report = ReadUntil(stream, HasOutcome);
    outcome = report.attempts(0).outcome();
    stream.Write(Answer(report));
    agent_->Leave();
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  EXPECT_TRUE(Run([](uint64_t, TrialObserver&) {
                return TrialOutcome{TrialOutcome::Kind::kCrashed, "out of memory"};
              }).ok());
  EXPECT_EQ(outcome.kind(), v1::Outcome::CRASHED);
  EXPECT_EQ(outcome.detail(), "out of memory");
}

TEST_F(AgentTest, ReportsWhatTheDeviceSays) {
  v1::DeviceReading reading;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    reading = report.device_reading();
    agent_->Leave();
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  EXPECT_TRUE(Run(TrainBriefly).ok());
  EXPECT_EQ(reading.power_watts(), 250);
  EXPECT_FALSE(reading.has_utilization());
}

TEST_F(AgentTest, ALostDeviceEndsTheWorkerOnceItsTrialsAreHandedBack) {
  v1::Outcome outcome;
  Serve({[&](Stream& stream) {
    v1::WorkerReport report;
    stream.Read(&report);
    v1::Directive directive = Answer(report);
    AddLease(directive, 4);
    stream.Write(directive);
    report = ReadUntil(stream, HasOutcome);
    outcome = report.attempts(0).outcome();
    stream.Write(Answer(report));
    ReadUntil(stream, [](const v1::WorkerReport&) { return false; });
    return grpc::Status::OK;
  }});
  const absl::Status status = Run(
      [](uint64_t, TrialObserver&) {
        return TrialOutcome{TrialOutcome::Kind::kCrashed, "the device is gone"};
      },
      absl::UnavailableError("the device is gone"));
  EXPECT_EQ(status, absl::UnavailableError("the device is gone"));
  EXPECT_EQ(outcome.kind(), v1::Outcome::CRASHED);
}

}  // namespace
}  // namespace pathsweep

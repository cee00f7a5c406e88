#include "worker/agent/agent.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "base/device_reading_proto.h"
#include "base/grpc_status.h"
#include "base/message_size.h"
#include "base/philox.h"
#include "base/proto_duration.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
// Below LeasePolicy::reconnect, the time in which a worker must come back.
constexpr absl::Duration kLongestDelay = absl::Seconds(1);
// Until the coordinator has said how often.
constexpr absl::Duration kFirstReportInterval = absl::Seconds(5);
constexpr int kKeepaliveMilliseconds = 10'000;

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMilliseconds);
  // Else a slow upload on one channel would hold up, and break, what goes over the other.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Delays between attempts to connect are ours alone.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// What another stream cannot mend.
bool IsFatal(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) ||
         absl::IsUnimplemented(status);
}

}  // namespace

Agent::Agent(const AgentOptions& options, Trainer trainer)
    : coordinator_(options.coordinator),
      channel_(OpenChannel(options.coordinator)),
      stub_(v1::WorkerService::NewStub(channel_)),
      read_device_(trainer.read_device),
      session_(options.worker),
      checkpoints_(session_, OpenChannel(options.coordinator)),
      runner_(session_, checkpoints_, std::move(trainer), options.capacity,
              [this](const absl::Status& status) { Fail(status); }),
      jitter_seed_(std::hash<std::string>()(options.worker.name())) {}

absl::Status Agent::Run() {
  int failures = 0;
  absl::StatusCode last_failure = absl::StatusCode::kOk;
  while (!session_.Left()) {
    bool worked = false;
    absl::Status status = Exchange(worked);
    if (session_.Left()) break;
    if (IsFatal(status)) {
      Leave();
      return status;
    }
    failures = worked ? 1 : failures + 1;
    if (failures == 1 || status.code() != last_failure) {
      spdlog::warn("no connection to the coordinator at {} ({}); trying again until there is",
                   coordinator_, std::string(status.message()));
    }
    last_failure = status.code();
    WaitBeforeRetry(failures);
  }
  absl::MutexLock lock(&mutex_);
  return failure_;
}

void Agent::Fail(const absl::Status& status) {
  spdlog::error("{}; handing the trials back", std::string(status.message()));
  {
    absl::MutexLock lock(&mutex_);
    failure_.Update(status);
  }
  Leave();
}

v1::WorkerReport Agent::MakeReport() {
  v1::WorkerReport report = session_.MakeReport();
  if (read_device_) *report.mutable_device_reading() = ToProto(read_device_());
  return report;
}

absl::Status Agent::Exchange(bool& worked) {
  grpc::ClientContext context;
  const auto stream = stub_->Exchange(&context);
  std::atomic<bool> open = true;
  std::atomic<int64_t> interval = absl::ToInt64Nanoseconds(kFirstReportInterval);
  std::thread reader([&] {
    v1::Directive directive;
    while (stream->Read(&directive)) {
      if (!worked) spdlog::info("connected to the coordinator at {}", coordinator_);
      worked = true;
      interval = absl::ToInt64Nanoseconds(ToDuration(directive.report_interval()));
      for (Assignment& assignment : session_.Follow(directive)) {
        spdlog::info("trial {} attempt {} starts", assignment.attempt.first,
                     assignment.attempt.second);
        runner_.Start(std::move(assignment));
      }
    }
    open = false;
    session_.Interrupt();
  });
  while (open && stream->Write(MakeReport())) {
    if (!session_.WaitToReport(absl::Now() + absl::Nanoseconds(interval.load()))) break;
  }
  // Where writing failed, reading ends too, and Finish says why.
  stream->WritesDone();
  reader.join();
  return FromGrpc(stream->Finish());
}

void Agent::WaitBeforeRetry(int failures) {
  PhiloxStream random(jitter_seed_, /*stream=*/0, ++retries_);
  const absl::Duration longest =
      std::min(kLongestDelay, kFirstDelay * (int64_t{1} << std::min(failures - 1, 10)));
  // Leaving ends the wait.
  const absl::Time deadline = absl::Now() + random.Uniform() * longest;
  while (absl::Now() < deadline && !session_.Left()) {
    absl::SleepFor(std::min(absl::Milliseconds(50), deadline - absl::Now()));
  }
}

}  // namespace pathsweep

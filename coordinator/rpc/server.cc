#include "coordinator/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/message_size.h"
#include "coordinator/engine/engine_thread.h"
#include "coordinator/engine/event_log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/rpc/checkpoint_service.h"
#include "coordinator/rpc/sweep_service.h"
#include "coordinator/rpc/worker_service.h"
#include "coordinator/store/checkpoint_folder.h"
#include "coordinator/store/database_files.h"
#include "coordinator/store/sqlite_store.h"

namespace pathsweep {
namespace {

constexpr int kKeepaliveMilliseconds = 20'000;

// For the calls under way when the server ends: to finish by themselves, and once cancelled.
constexpr absl::Duration kGrace = absl::Milliseconds(200);
constexpr absl::Duration kLongestEnd = absl::Milliseconds(1500);

std::string WithPort(const std::string& listen, int port) {
  if (absl::StartsWith(listen, "unix:")) return listen;
  return absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port);
}

// gRPC would take a port that is missing or too large for another one.
absl::Status CheckAddress(const std::string& listen) {
  if (absl::StartsWith(listen, "unix:") && listen.size() > 5) return absl::OkStatus();
  const size_t colon = listen.rfind(':');
  int port = 0;
  if (colon != std::string::npos && colon > 0 &&
      absl::SimpleAtoi(listen.substr(colon + 1), &port) && port >= 0 && port < 65536) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot listen on `", listen, "`: write HOST:PORT, as in 127.0.0.1:7070, or unix:PATH"));
}

// A trial may have ended while its checkpoint was not looked after.
void DiscardUnneeded(EngineThread& engine, CheckpointFolder& folder) {
  const auto discard = [&](const absl::Status& status, const State& state) {
    if (status.ok()) DiscardEnded(state, folder);
  };
  engine.Ask({Inspect{}, discard}).IgnoreError();  // the next start looks again
}

// gRPC ends with the last object that uses it, and may then wait ten seconds for a poller of a
// connection that is gone: one that was slow to read. The process can end without.
void KeepGrpcUntilTheProcessEnds() {
  static const bool kept = (grpc_init(), true);
  (void)kept;
}

}  // namespace

// In order of construction; destroyed in reverse.
struct Server::Parts {
  Parts(std::unique_ptr<SqliteStore> opened, std::unique_ptr<ResultsReader> reader,
        const ServerOptions& options, const Clock& clock)
      : store(std::move(opened)),
        checkpoints(CheckpointsOf(ResolveDatabase(options.database))),
        engine(*store, clock, options.lease_policy,
               [this](absl::Span<const Event> events, const State& state) {
                 LogChanges(events, state);
                 DiscardEnded(events, state, checkpoints);
               }),
        planner(std::make_unique<Planner>(engine, options.database)),
        sweep_service(engine, options.database, std::move(reader)),
        worker_service(engine),
        checkpoint_service(engine, checkpoints) {}

  // Waits for the clients to take what was sent to them, or to go away.
  void EndCalls();
  // Whatever the calls do; those that still come are not answered.
  void CloseDatabase();

  std::unique_ptr<SqliteStore> store;
  CheckpointFolder checkpoints;
  EngineThread engine;
  std::unique_ptr<Planner> planner;
  SweepServiceHandler sweep_service;
  WorkerServiceHandler worker_service;
  CheckpointServiceHandler checkpoint_service;
  std::string address;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const Clock& clock) {
  if (absl::Status status = CheckAddress(options.listen); !status.ok()) return status;
  KeepGrpcUntilTheProcessEnds();
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(options.database);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::unique_ptr<ResultsReader>> reader = ResultsReader::Open(options.database);
  if (!reader.ok()) return reader.status();
  auto parts = std::make_unique<Parts>(*std::move(store), *std::move(reader), options, clock);
  DiscardUnneeded(parts->engine, parts->checkpoints);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Workers ping idle streams to notice a dead coordinator.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
  // A machine that vanished without a word is noticed by its silence on an idle stream.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.SetMaxReceiveMessageSize(kLargestMessage);
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&parts->sweep_service);
  builder.RegisterService(&parts->worker_service);
  builder.RegisterService(&parts->checkpoint_service);
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on `", options.listen,
                     "`: no such address here, or another process listens there"));
  }
  parts->address = WithPort(options.listen, port);
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

void Server::Parts::EndCalls() {
  // Streams have no end of their own: cancel what is still open after a moment.
  server->Shutdown(absl::ToChronoTime(absl::Now() + kGrace));
  server->Wait();
}

void Server::Parts::CloseDatabase() {
  planner.reset();
  engine.Stop();
  sweep_service.Close();
  store.reset();
}

Server::~Server() {
  const auto ended = std::make_shared<absl::Notification>();
  std::thread end([parts = parts_.get(), ended] {
    parts->EndCalls();
    ended->Notify();
  });
  if (ended->WaitForNotificationWithTimeout(kLongestEnd)) {
    end.join();
    return;
  }
  spdlog::warn("a client neither reads nor goes away; ending without it");
  end.detach();
  parts_->CloseDatabase();
  [[maybe_unused]] const Parts* rest = parts_.release();  // gRPC uses it until the process ends
}

const std::string& Server::address() const { return parts_->address; }

int64_t Server::commits() const { return parts_->engine.commits(); }

}  // namespace pathsweep

#include "coordinator/rpc/server.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/engine/engine_thread.h"
#include "coordinator/rpc/sweep_service.h"
#include "coordinator/rpc/worker_service.h"
#include "coordinator/store/sqlite_store.h"

namespace pathsweep {
namespace {

// A worker that fails to report three times in a row has used up its lease.
constexpr int kReportsPerLease = 3;

std::string WithPort(const std::string& listen, int port) {
  if (absl::StartsWith(listen, "unix:")) return listen;
  return absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port);
}

}  // namespace

// In order of construction; destroyed in reverse.
struct Server::Parts {
  Parts(std::unique_ptr<SqliteStore> opened, std::unique_ptr<ResultsReader> reader,
        const LeasePolicy& policy, const Clock& clock)
      : store(std::move(opened)),
        engine(*store, clock, policy),
        sweep_service(engine, std::move(reader)),
        worker_service(engine, policy.lease / kReportsPerLease) {}

  std::unique_ptr<SqliteStore> store;
  EngineThread engine;
  SweepServiceHandler sweep_service;
  WorkerServiceHandler worker_service;
  std::string address;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const Clock& clock) {
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(options.database);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::unique_ptr<ResultsReader>> reader = ResultsReader::Open(options.database);
  if (!reader.ok()) return reader.status();
  auto parts =
      std::make_unique<Parts>(*std::move(store), *std::move(reader), options.lease_policy, clock);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Workers ping idle streams to notice a dead coordinator.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&parts->sweep_service);
  builder.RegisterService(&parts->worker_service);
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on `", options.listen,
        "`: the address is not HOST:PORT or unix:PATH, or another process listens there"));
  }
  parts->address = WithPort(options.listen, port);
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  // Streams have no end of their own: cancel what is still open after a moment.
  parts_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  parts_->server->Wait();
}

const std::string& Server::address() const { return parts_->address; }

}  // namespace pathsweep

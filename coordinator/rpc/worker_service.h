// What workers say: the service of proto/pathsweep/v1/worker_service.proto.
//
// A stream reads one report, hands it to the engine, and reads the next when the first is
// on disk, so a worker cannot outrun the disk. A directive that could not be sent before
// the next one comes is replaced by it: each is a whole statement.
#pragma once

#include "coordinator/engine/engine_thread.h"
#include "pathsweep/v1/worker_service.grpc.pb.h"

namespace pathsweep {

class WorkerServiceHandler final : public v1::WorkerService::CallbackService {
 public:
  // The engine must outlive the handler and its streams.
  explicit WorkerServiceHandler(EngineThread& engine) : engine_(engine) {}

  grpc::ServerBidiReactor<v1::WorkerReport, v1::Directive>* Exchange(
      grpc::CallbackServerContext* context) override;

 private:
  EngineThread& engine_;
};

}  // namespace pathsweep

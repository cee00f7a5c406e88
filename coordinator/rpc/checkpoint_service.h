// Checkpoints of workers: the service of proto/pathsweep/v1/checkpoint_service.proto.
//
// Handlers are synchronous: each has a thread of gRPC's while its file travels. Thread safe.
#pragma once

#include "coordinator/engine/engine_thread.h"
#include "coordinator/store/checkpoint_folder.h"
#include "pathsweep/v1/checkpoint_service.grpc.pb.h"

namespace pathsweep {

class CheckpointServiceHandler final : public v1::CheckpointService::Service {
 public:
  // Both must outlive the handler.
  CheckpointServiceHandler(EngineThread& engine, CheckpointFolder& folder)
      : engine_(engine), folder_(folder) {}

  grpc::Status PutCheckpoint(grpc::ServerContext*,
                             grpc::ServerReader<v1::PutCheckpointRequest>* reader,
                             v1::PutCheckpointResponse*) override;
  grpc::Status GetCheckpoint(grpc::ServerContext*, const v1::GetCheckpointRequest* request,
                             grpc::ServerWriter<v1::FileChunk>* writer) override;

 private:
  absl::Status Receive(grpc::ServerReader<v1::PutCheckpointRequest>& reader, AttemptName attempt,
                       bool kept);
  absl::Status CheckRunning(AttemptName attempt);
  // The trial has ended, and its sweep keeps the newest of its checkpoints.
  bool KeepsNewest(TrialId trial);

  EngineThread& engine_;
  CheckpointFolder& folder_;
};

// Discards the checkpoints that nobody needs: of trials that the events end, or all of them.
void DiscardEnded(absl::Span<const Event> events, const State& state, CheckpointFolder& folder);
void DiscardEnded(const State& state, CheckpointFolder& folder);

}  // namespace pathsweep

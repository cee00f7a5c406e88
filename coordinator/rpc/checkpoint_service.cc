#include "coordinator/rpc/checkpoint_service.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/file_chunks.h"
#include "base/grpc_status.h"

namespace pathsweep {
namespace {

void DiscardIfNotNeeded(CheckpointName name, const State& state, CheckpointFolder& folder) {
  const Sweep* sweep = state.SweepOfTrial(name.trial);
  const bool needed =
      sweep != nullptr && (name.kept ? sweep->spec.keep_checkpoint != KeepCheckpoint::kNone
                                     : sweep->spec.keep_checkpoint == KeepCheckpoint::kNewest ||
                                           state.live_trials.contains(name.trial));
  if (!needed) folder.Discard(name);
}

}  // namespace

grpc::Status CheckpointServiceHandler::PutCheckpoint(
    grpc::ServerContext*, grpc::ServerReader<v1::PutCheckpointRequest>* reader,
    v1::PutCheckpointResponse*) {
  v1::PutCheckpointRequest first;
  if (!reader->Read(&first) || !first.has_header()) {
    return ToGrpc(absl::InvalidArgumentError("a checkpoint begins with its header"));
  }
  const AttemptName attempt{first.header().trial_id(), first.header().attempt()};
  absl::Status status = CheckRunning(attempt);
  if (status.ok()) status = Receive(*reader, attempt, first.header().kept());
  return ToGrpc(status);
}

absl::Status CheckpointServiceHandler::Receive(grpc::ServerReader<v1::PutCheckpointRequest>& reader,
                                               AttemptName attempt, bool kept) {
  const CheckpointName name{attempt.trial, kept};
  absl::StatusOr<std::unique_ptr<AtomicFile>> file = folder_.Begin(name);
  if (!file.ok()) return file.status();
  ChunkSink sink([&](absl::string_view data) { return (*file)->Write(data); });
  v1::PutCheckpointRequest part;
  while (reader.Read(&part)) {
    if (absl::Status added = sink.Add(part.chunk()); !added.ok()) return added;
  }
  if (absl::Status whole = sink.Finish(); !whole.ok()) return whole;
  // Another attempt may have begun meanwhile.
  if (absl::Status running = CheckRunning(attempt); !running.ok()) return running;
  if (absl::Status there = folder_.Commit(name, **file); !there.ok()) return there;
  // The trial may have ended meanwhile, and then nobody would remove the file.
  const auto discard = [&](const absl::Status& looked, const State& state) {
    if (looked.ok()) DiscardIfNotNeeded(name, state, folder_);
  };
  return engine_.Ask({Inspect{}, discard});
}

absl::Status CheckpointServiceHandler::CheckRunning(AttemptName attempt) {
  bool running = false;
  absl::Status status = engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                                       running = state.IsRunning(attempt);
                                     }});
  if (!status.ok() || running) return status;
  return absl::FailedPreconditionError(absl::StrCat("attempt ", attempt.attempt, " of trial ",
                                                    attempt.trial, " does not run any more"));
}

bool CheckpointServiceHandler::KeepsNewest(TrialId trial) {
  bool keeps = false;
  const absl::Status asked =
      engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                     const Sweep* sweep = state.SweepOfTrial(trial);
                     keeps = sweep != nullptr &&
                             sweep->spec.keep_checkpoint == KeepCheckpoint::kNewest &&
                             !state.live_trials.contains(trial);
                   }});
  return asked.ok() && keeps;
}

grpc::Status CheckpointServiceHandler::GetCheckpoint(grpc::ServerContext*,
                                                     const v1::GetCheckpointRequest* request,
                                                     grpc::ServerWriter<v1::FileChunk>* writer) {
  const TrialId trial = request->trial_id();
  absl::StatusOr<std::ifstream> file = folder_.Read({trial, request->kept()});
  if (absl::IsNotFound(file.status()) && request->kept() && KeepsNewest(trial)) {
    file = folder_.Read({trial});
  }
  if (!file.ok()) return ToGrpc(file.status());
  ChunkSource source(*file);
  while (std::optional<v1::FileChunk> chunk = source.Next()) {
    if (!writer->Write(*chunk)) break;  // the worker is gone
  }
  return grpc::Status::OK;
}

void DiscardEnded(absl::Span<const Event> events, const State& state, CheckpointFolder& folder) {
  if (folder.IsEmpty()) return;
  for (const Event& event : events) {
    const auto* ended = std::get_if<TrialEnded>(&event);
    if (ended != nullptr) DiscardIfNotNeeded({ended->attempt.trial}, state, folder);
    if (std::holds_alternative<SweepPruned>(event)) return DiscardEnded(state, folder);
  }
}

void DiscardEnded(const State& state, CheckpointFolder& folder) {
  for (CheckpointName name : folder.Names()) DiscardIfNotNeeded(name, state, folder);
}

}  // namespace pathsweep

#include "worker/agent/checkpoint_courier.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>
#include <sstream>

#include "base/file_chunks.h"
#include "base/grpc_status.h"

namespace pathsweep {
namespace {

// A gigabyte takes a while; a coordinator that is restarting is back before.
constexpr std::chrono::seconds kLongestCall{120};
// Measurements are acknowledged within a report; while the coordinator is away, later.
constexpr absl::Duration kLongestWait = absl::Seconds(10);
// For the last checkpoint of an attempt, which holds up its end.
constexpr absl::Duration kLongestFinish = absl::Seconds(30);

}  // namespace

class CheckpointCourier::Call {
 public:
  explicit Call(CheckpointCourier& courier) : courier_(courier) {
    context_.set_deadline(std::chrono::system_clock::now() + kLongestCall);
    absl::MutexLock lock(&courier_.mutex_);
    courier_.under_way_.insert(&context_);
    if (courier_.ending_) context_.TryCancel();
  }
  ~Call() {
    absl::MutexLock lock(&courier_.mutex_);
    courier_.under_way_.erase(&context_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  grpc::ClientContext& context() { return context_; }

 private:
  CheckpointCourier& courier_;
  grpc::ClientContext context_;
};

CheckpointCourier::CheckpointCourier(Session& session,
                                     const std::shared_ptr<grpc::Channel>& channel)
    : session_(session),
      stub_(v1::CheckpointService::NewStub(channel)),
      thread_([this] { Loop(); }) {}

CheckpointCourier::~CheckpointCourier() {
  End();
  thread_.join();
}

void CheckpointCourier::End() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (grpc::ClientContext* context : under_way_) context->TryCancel();
}

void CheckpointCourier::Send(Parcel parcel, int64_t step, std::string checkpoint) {
  absl::MutexLock lock(&mutex_);
  waiting_[parcel] = {step, std::move(checkpoint)};
}

void CheckpointCourier::Finish(AttemptKey attempt) {
  const Parcel parcel{attempt, /*kept=*/true};
  const auto finished = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return ending_ || (!waiting_.contains(parcel) && carried_ != parcel);
  };
  absl::MutexLock lock(&mutex_);
  if (mutex_.AwaitWithTimeout(absl::Condition(&finished), kLongestFinish)) return;
  waiting_.erase(parcel);
  spdlog::warn("the checkpoint of trial {} that was to be kept is dropped: it cannot be sent",
               attempt.first);
}

void CheckpointCourier::Loop() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &CheckpointCourier::HasWork));
    if (ending_) {
      mutex_.Unlock();
      return;
    }
    const auto [parcel, sent] = TakeNext();
    carried_ = parcel;
    mutex_.Unlock();
    Carry(parcel, sent);
    absl::MutexLock lock(&mutex_);
    carried_.reset();
  }
}

std::pair<Parcel, CheckpointCourier::Waiting> CheckpointCourier::TakeNext() {
  auto next = waiting_.upper_bound(last_);
  if (next == waiting_.end()) next = waiting_.begin();
  last_ = next->first;
  auto taken = waiting_.extract(next);
  return {taken.key(), std::move(taken.mapped())};
}

void CheckpointCourier::Carry(Parcel parcel, const Waiting& sent) {
  const AttemptKey attempt = parcel.attempt;
  absl::Status status;
  if (parcel.kept || session_.WaitUntilKept(attempt, sent.step, absl::Now() + kLongestWait)) {
    status = Put(parcel, sent.checkpoint);
  } else if (session_.IsRunning(attempt)) {
    status = absl::UnavailableError("the coordinator does not store what was measured before it");
  }
  if (status.ok()) return;
  spdlog::warn("the checkpoint of trial {} at step {} is dropped: {}", attempt.first, sent.step,
               std::string(status.message()));
}

absl::Status CheckpointCourier::Put(Parcel parcel, const std::string& checkpoint) {
  Call call(*this);
  v1::PutCheckpointResponse response;
  const auto writer = stub_->PutCheckpoint(&call.context(), &response);
  v1::PutCheckpointRequest part;
  part.mutable_header()->set_trial_id(parcel.attempt.first);
  part.mutable_header()->set_attempt(parcel.attempt.second);
  part.mutable_header()->set_kept(parcel.kept);
  std::istringstream content(checkpoint);
  ChunkSource source(content);
  bool open = writer->Write(part);  // where writing fails, Finish says why
  while (open) {
    std::optional<v1::FileChunk> chunk = source.Next();
    if (!chunk) break;
    *part.mutable_chunk() = *std::move(chunk);
    open = writer->Write(part);
  }
  writer->WritesDone();
  return FromGrpc(writer->Finish());
}

std::string CheckpointCourier::Fetch(int64_t trial) {
  Call call(*this);
  call.context().set_wait_for_ready(true);
  v1::GetCheckpointRequest request;
  request.set_trial_id(trial);
  std::string checkpoint;
  ChunkSink sink([&](absl::string_view data) {
    checkpoint.append(data.data(), data.size());
    return absl::OkStatus();
  });
  const auto reader = stub_->GetCheckpoint(&call.context(), request);
  v1::FileChunk chunk;
  absl::Status status;
  while (reader->Read(&chunk)) status.Update(sink.Add(chunk));
  const absl::Status ended = FromGrpc(reader->Finish());
  if (absl::IsNotFound(ended)) return "";
  status.Update(ended);
  if (status.ok()) status = sink.Finish();
  if (status.ok()) return checkpoint;
  spdlog::warn("trial {} begins anew, for its checkpoint cannot be had: {}", trial,
               std::string(status.message()));
  return "";
}

}  // namespace pathsweep

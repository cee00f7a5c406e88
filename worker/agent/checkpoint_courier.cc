#include "worker/agent/checkpoint_courier.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>
#include <utility>

#include "base/file_chunks.h"
#include "base/grpc_status.h"

namespace pathsweep {
namespace {

// A gigabyte takes a while; a coordinator that is restarting is back before.
constexpr std::chrono::seconds kLongestCall{120};
// Measurements are acknowledged within a report; while the coordinator is away, later.
constexpr absl::Duration kLongestWait = absl::Seconds(10);
// To send what is to be kept, each as long as a call may be.
constexpr int kMostTries = 3;
// To send that of a trial which pauses; each takes kLongestWait or as long as a call may.
constexpr int kMostTriesOfAPause = 30;

void WarnIfDropped(AttemptKey attempt, int64_t step, const absl::Status& status) {
  if (status.ok()) return;
  spdlog::warn("the checkpoint of trial {} at step {} is dropped: {}", attempt.first, step,
               std::string(status.message()));
}

// The coordinator went away, or is not back yet; or the way to it is too narrow.
bool IsUnanswered(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

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
  for (const auto& [attempt, goes_on] : std::exchange(held_, {})) session_.Release(attempt);
}

void CheckpointCourier::Send(Parcel parcel, int64_t step, std::string checkpoint) {
  absl::MutexLock lock(&mutex_);
  waiting_[parcel] = {step, std::move(checkpoint)};
}

bool CheckpointCourier::WillRelease(AttemptKey attempt, bool goes_on) {
  absl::MutexLock lock(&mutex_);
  if (ending_ || !IsAwaited(attempt, goes_on)) return false;
  held_.emplace(attempt, goes_on);
  return true;
}

void CheckpointCourier::Loop() {
  while (true) {
    mutex_.LockWhen(absl::Condition(this, &CheckpointCourier::HasWork));
    if (ending_) {
      mutex_.Unlock();
      return;
    }
    auto [parcel, sent] = TakeNext();
    carried_ = parcel;
    mutex_.Unlock();
    const bool done = parcel.kept ? CarryForGood(parcel, sent) : Carry(parcel, sent);
    absl::MutexLock lock(&mutex_);
    carried_.reset();
    if (!done) waiting_.emplace(parcel, std::move(sent));  // unless a newer one waits
    const auto held = held_.find(parcel.attempt);
    if (held == held_.end() || IsAwaited(parcel.attempt, held->second)) continue;
    held_.erase(held);
    session_.Release(parcel.attempt);
  }
}

std::pair<Parcel, CheckpointCourier::Waiting> CheckpointCourier::TakeNext() {
  const auto is_kept = [](const auto& one) { return one.first.kept; };
  auto next = std::find_if(waiting_.upper_bound(last_kept_), waiting_.end(), is_kept);
  if (next == waiting_.end()) next = std::ranges::find_if(waiting_, is_kept);
  if (next != waiting_.end()) {
    last_kept_ = next->first;
  } else {
    next = waiting_.upper_bound(last_);
    if (next == waiting_.end()) next = waiting_.begin();
    last_ = next->first;
  }
  auto taken = waiting_.extract(next);
  return {taken.key(), std::move(taken.mapped())};
}

bool CheckpointCourier::Carry(Parcel parcel, Waiting& sent) {
  const AttemptKey attempt = parcel.attempt;
  const bool pauses = session_.IsHeld(attempt);
  absl::Status status;
  if (session_.WaitUntilKept(attempt, sent.step, absl::Now() + kLongestWait)) {
    status = Put(parcel, sent.checkpoint, pauses);
  } else if (pauses ? session_.IsHeld(attempt) : session_.IsRunning(attempt)) {
    status = absl::UnavailableError("the coordinator does not store what was measured before it");
  }
  if (pauses && IsUnanswered(status) && ++sent.tries < kMostTriesOfAPause) return false;
  WarnIfDropped(attempt, sent.step, status);
  return true;
}

bool CheckpointCourier::CarryForGood(Parcel parcel, Waiting& sent) {
  if (!session_.Holds(parcel.attempt)) return true;
  const absl::Status status = Put(parcel, sent.checkpoint, /*patient=*/true);
  if (IsUnanswered(status) && ++sent.tries < kMostTries) return false;
  WarnIfDropped(parcel.attempt, sent.step, status);
  return true;
}

absl::Status CheckpointCourier::Put(Parcel parcel, const std::string& checkpoint, bool patient) {
  Call call(*this);
  call.context().set_wait_for_ready(patient);
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

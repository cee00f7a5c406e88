#include "bench/simulated_workers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/protocol_version.h"

namespace pathsweep {
namespace {

using Stream = grpc::ClientAsyncReaderWriter<v1::WorkerReport, v1::Directive>;

std::unique_ptr<v1::WorkerService::Stub> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // not one connection for all
  return v1::WorkerService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

class SimulatedWorkers::Worker {
 public:
  Worker(SimulatedWorkers& owner, int number)
      : owner_(owner), stub_(Connect(owner.options_.coordinator)) {
    report_.set_protocol_version(kProtocolVersion);
    report_.mutable_worker()->set_name(absl::StrCat("simulated-", number));
    report_.mutable_worker()->set_hostname("bench");
    report_.mutable_worker()->set_device("cpu");
    report_.mutable_worker()->set_slots(owner.options_.slots);
    stream_ = stub_->PrepareAsyncExchange(&context_, &owner.queue_);
    stream_->StartCall(&opened_);
  }

  void Cancel() { context_.TryCancel(); }

  // What a completion of the queue is about.
  struct Tag {
    Worker* worker;
    void (Worker::*done)(bool ok);
  };

 private:
  struct Attempt {
    int32_t number = 0;
    int sent = 0;  // measurements
  };

  void Opened(bool ok) {
    if (!ok) return Lost();
    Write();
    Read();
  }

  void Written(bool ok) {
    writing_ = false;
    if (!ok) return Lost();
    MaybeWrite();
  }

  void ReadDone(bool ok) {
    if (!ok) return Lost();
    if (!std::exchange(heard_, true)) ++owner_.connected_;
    if (directive_.acknowledged_sequence() == report_.sequence() && awaiting_) Acknowledged();
    for (const v1::AttemptDirective& said : directive_.attempts()) {
      if (said.desired() == v1::AttemptDirective::DROP) attempts_.erase(said.trial_id());
    }
    for (const v1::Lease& lease : directive_.leases()) {
      attempts_.try_emplace(lease.trial_id(), Attempt{lease.attempt(), 0});
      owner_.last_lease_ = absl::Now();
    }
    MaybeWrite();
    Read();
  }

  void Acknowledged() {
    awaiting_ = false;
    owner_.load_.milliseconds.push_back(
        static_cast<float>(absl::ToDoubleMilliseconds(absl::Now() - written_at_)));
    for (const v1::AttemptReport& said : report_.attempts()) {
      owner_.load_.reports += said.measurements_size();
      if (!said.has_outcome()) continue;
      ++owner_.load_.trials;
      attempts_.erase(said.trial_id());
    }
  }

  void MaybeWrite() {
    if (!writing_ && !awaiting_ && !attempts_.empty()) Write();
  }

  void Write() {
    report_.clear_attempts();
    for (auto& [trial, attempt] : attempts_) AddProgress(trial, attempt);
    report_.set_sequence(report_.sequence() + 1);
    writing_ = awaiting_ = true;
    written_at_ = absl::Now();
    stream_->Write(report_, &write_done_);
  }

  void AddProgress(int64_t trial, Attempt& attempt) {
    v1::AttemptReport& said = *report_.add_attempts();
    said.set_trial_id(trial);
    said.set_attempt(attempt.number);
    const int until = std::min(attempt.sent + owner_.options_.reports_per_message,
                               owner_.options_.reports_per_trial);
    while (attempt.sent < until) {
      v1::Measurement& measured = *said.add_measurements();
      measured.set_step(100 * ++attempt.sent);
      measured.set_metric("exact_match");
      measured.set_value(0.5);
    }
    if (attempt.sent == owner_.options_.reports_per_trial) {
      said.mutable_outcome()->set_kind(v1::Outcome::COMPLETED);
    }
  }

  void Read() { stream_->Read(&directive_, &read_done_); }

  void Lost() {
    if (!std::exchange(lost_, true)) ++owner_.lost_;
  }

  SimulatedWorkers& owner_;
  grpc::ClientContext context_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<Stream> stream_;
  v1::WorkerReport report_;
  v1::Directive directive_;
  std::map<int64_t, Attempt> attempts_;
  bool writing_ = false;
  bool awaiting_ = false;  // an acknowledgement
  bool heard_ = false;
  bool lost_ = false;
  absl::Time written_at_;
  Tag opened_{this, &Worker::Opened};
  Tag write_done_{this, &Worker::Written};
  Tag read_done_{this, &Worker::ReadDone};
};

SimulatedWorkers::SimulatedWorkers(const SimulationOptions& options) : options_(options) {
  for (int i = 0; i < options.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, i));
  }
}

SimulatedWorkers::~SimulatedWorkers() {
  for (const auto& worker : workers_) worker->Cancel();
  queue_.Shutdown();  // what is under way still comes out of it
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void SimulatedWorkers::RunUntilConnected() {
  while (connected_ < options_.workers && lost_ == 0) Turn(absl::InfiniteFuture());
}

absl::Time SimulatedWorkers::RunUntilLeased() {
  const absl::Time before = last_lease_;
  while (last_lease_ == before && lost_ == 0) Turn(absl::InfiniteFuture());
  return last_lease_;
}

bool SimulatedWorkers::Turn(absl::Time deadline) {
  void* tag = nullptr;
  bool ok = false;
  const auto limit = deadline == absl::InfiniteFuture()
                         ? std::chrono::system_clock::time_point::max()
                         : absl::ToChronoTime(deadline);
  if (queue_.AsyncNext(&tag, &ok, limit) != grpc::CompletionQueue::GOT_EVENT) return false;
  const auto& [worker, done] = *static_cast<Worker::Tag*>(tag);
  (worker->*done)(ok);
  return absl::Now() < deadline;
}

}  // namespace pathsweep

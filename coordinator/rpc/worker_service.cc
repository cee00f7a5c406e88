#include "coordinator/rpc/worker_service.h"

#include <google/protobuf/arena.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/grpc_status.h"
#include "coordinator/rpc/convert.h"

namespace pathsweep {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::WorkerReport, v1::Directive>;

// The sending half, shared by the stream and the engine, which may hold on to it after
// the stream is gone.
class Outbox : public WorkerSink {
 public:
  explicit Outbox(Reactor& stream) : stream_(&stream) {}

  void Send(Directive directive) override {
    absl::MutexLock lock(&mutex_);
    if (stream_ == nullptr) return;
    next_ = std::make_unique<Message>();
    ToProto(directive, *next_->directive);
    if (!writing_) WriteNext();
  }

  void Close(absl::Status status) override {
    absl::MutexLock lock(&mutex_);
    if (stream_ == nullptr) return;
    std::exchange(stream_, nullptr)->Finish(ToGrpc(status));
  }

  void OnWriteDone(bool ok) {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (ok && stream_ != nullptr && next_ != nullptr) WriteNext();
  }

  // `place` is looked at only if the stream is still there.
  void Read(v1::WorkerReport* place) {
    absl::MutexLock lock(&mutex_);
    if (stream_ != nullptr) stream_->StartRead(place);
  }

 private:
  // A directive with many leases has thousands of parts, which an arena frees at once.
  struct Message {
    google::protobuf::Arena arena;
    v1::Directive* const directive = google::protobuf::Arena::CreateMessage<v1::Directive>(&arena);
  };

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    current_ = std::move(next_);
    writing_ = true;
    stream_->StartWrite(current_->directive);
  }

  absl::Mutex mutex_;
  Reactor* stream_ ABSL_GUARDED_BY(mutex_);  // null once finished
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Message> current_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Message> next_ ABSL_GUARDED_BY(mutex_);
};

class WorkerStream : public Reactor {
 public:
  explicit WorkerStream(EngineThread& engine)
      : engine_(engine), outbox_(std::make_shared<Outbox>(*this)) {
    outbox_->Read(&report_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return outbox_->Close(absl::OkStatus());
    absl::StatusOr<WorkerReport> report = FromProto(report_);
    if (!report.ok()) return outbox_->Close(report.status());
    worker_ = report->worker.name;
    // `this` lives until the outbox has finished the stream, and then the outbox no
    // longer reads: the place that it would read into is gone too.
    engine_.Post({ReportOnStream{{*std::move(report)}, outbox_},
                  [outbox = outbox_, place = &report_](const absl::Status& status, const State&) {
                    if (status.ok()) {
                      outbox->Read(place);
                    } else {
                      outbox->Close(status);
                    }
                  }});
  }

  void OnWriteDone(bool ok) override { outbox_->OnWriteDone(ok); }

  void OnCancel() override { outbox_->Close(absl::CancelledError("the worker went away")); }

  void OnDone() override {
    if (!worker_.empty()) engine_.Post({StreamEnded{worker_, outbox_}, nullptr});
    delete this;
  }

 private:
  EngineThread& engine_;
  const std::shared_ptr<Outbox> outbox_;
  v1::WorkerReport report_;
  std::string worker_;
};

}  // namespace

grpc::ServerBidiReactor<v1::WorkerReport, v1::Directive>* WorkerServiceHandler::Exchange(
    grpc::CallbackServerContext*) {
  return new WorkerStream(engine_);
}

}  // namespace pathsweep

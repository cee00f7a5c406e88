// A worker: keeps a stream to the coordinator, and trains what it is given.
//
//   Agent agent({.coordinator = "127.0.0.1:7070", .worker = description}, trainer);
//   absl::Status status = agent.Run();   // until Leave() and everything is handed back
//
// A broken stream is reopened after a random delay that doubles with every failure up to
// one second (full jitter: Brooker, "Exponential Backoff And Jitter", AWS 2015);
// training goes on meanwhile. Thread safe.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "pathsweep/v1/worker_service.grpc.pb.h"
#include "worker/agent/checkpoint_courier.h"
#include "worker/agent/session.h"
#include "worker/agent/trial_runner.h"

namespace pathsweep {

struct AgentOptions {
  std::string coordinator;  // HOST:PORT or unix:PATH
  v1::WorkerDescription worker;
  Capacity capacity;
};

class Agent {
 public:
  Agent(const AgentOptions& options, Trainer trainer);

  // Blocks until the worker has left. FailedPrecondition if the coordinator speaks
  // another protocol version, InvalidArgument if it refuses the worker's description, Unavailable
  // if the device has failed: then the trials are handed back all the same.
  absl::Status Run();

  // Hands the running trials back; Run returns when the coordinator has acknowledged it.
  // May be called from any thread.
  void Leave() {
    runner_.EndAll({TrialOutcome::Kind::kInterrupted, ""});  // with what they have consumed
    session_.Leave();
  }

 private:
  // One stream from its opening to its end, and whether it ever worked.
  absl::Status Exchange(bool& worked);
  v1::WorkerReport MakeReport();
  // Leaves, and lets Run say why.
  void Fail(const absl::Status& status);
  void WaitBeforeRetry(int failures);

  const std::string coordinator_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  const ReadDevice read_device_;
  absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  Session session_;
  CheckpointCourier checkpoints_;
  TrialRunner runner_;
  uint64_t retries_ = 0;
  const uint64_t jitter_seed_;
};

}  // namespace pathsweep

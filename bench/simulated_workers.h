// Workers that train nothing: they speak the worker protocol as fast as it is answered.
//
//   SimulatedWorkers workers({.coordinator = "127.0.0.1:7070", .workers = 16});
//   while (workers.load().trials < 1000) workers.Turn(absl::InfiniteFuture());
//   workers.load().trials;
//
// Every worker has a connection of its own. It reports, waits until what it said is
// acknowledged, and reports again. One thread drives them all through one completion queue,
// so that the client takes little of the machine that is measured. Not thread safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pathsweep/v1/worker_service.grpc.pb.h"

namespace pathsweep {

struct SimulationOptions {
  std::string coordinator;
  int workers = 16;
  int slots = 1;
  // Measurements that a trial reports before it ends, one a step.
  int reports_per_trial = 10;
  // Of those, how many a message carries for each attempt.
  int reports_per_message = 1;
};

// What was acknowledged.
struct Load {
  int64_t trials = 0;
  int64_t reports = 0;
  // From writing a report to reading its acknowledgement.
  std::vector<float> milliseconds;
};

class SimulatedWorkers {
 public:
  explicit SimulatedWorkers(const SimulationOptions& options);
  ~SimulatedWorkers();

  // Handles one event; false if there was none before the deadline.
  bool Turn(absl::Time deadline);

  // Until every worker has heard from the coordinator, which then knows them.
  void RunUntilConnected();

  // Until a worker has got a lease; returns when it was read.
  absl::Time RunUntilLeased();

  const Load& load() const { return load_; }
  Load TakeLoad() { return std::exchange(load_, Load()); }
  // Workers whose stream has ended.
  int lost() const { return lost_; }

 private:
  class Worker;

  const SimulationOptions options_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Load load_;
  int connected_ = 0;
  int lost_ = 0;
  absl::Time last_lease_ = absl::InfinitePast();
};

}  // namespace pathsweep

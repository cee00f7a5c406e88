// A coordinator and workers of sweepctl's own, on a private socket.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/environment.h"
#include "client/programs/child_process.h"
#include "client/programs/scratch_folder.h"

namespace pathsweep {

struct LocalClusterOptions {
  std::filesystem::path database;
  int workers = 2;
  int threads = 1;  // of each worker
  std::string device = "auto";
};

class LocalCluster {
 public:
  // Starts everything and waits until the coordinator answers. On an error the message
  // has the end of the log.
  static absl::StatusOr<std::unique_ptr<LocalCluster>> Start(const LocalClusterOptions& options,
                                                             Environment& environment);
  // Lets the workers hand their trials back, then ends the coordinator.
  ~LocalCluster();

  const std::string& address() const { return address_; }
  const std::filesystem::path& log() const { return log_; }

  // OK, or what the log says at its end, if the coordinator or a worker has ended.
  absl::Status Health();

 private:
  LocalCluster(const LocalClusterOptions& options, ScratchFolder folder);

  absl::Status StartCoordinator(const LocalClusterOptions& options, Environment& environment);
  absl::Status StartWorkers(const LocalClusterOptions& options, Environment& environment);
  absl::Status WithLog(const std::string& what) const;

  const ScratchFolder folder_;  // of the socket; goes last
  const std::string address_;
  const std::filesystem::path log_;
  std::unique_ptr<ChildProcess> coordinator_;
  std::vector<std::unique_ptr<ChildProcess>> workers_;
};

}  // namespace pathsweep

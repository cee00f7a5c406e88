#include "client/local_cluster.h"

#include <deque>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/connection.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kLongestStart = absl::Seconds(60);
constexpr size_t kLogLinesShown = 5;
// Workers on the same machine are not silent for long; a run that goes on after a kill waits
// for the leases of the workers that are gone.
constexpr char kLeaseSeconds[] = "15";

std::string EndOf(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::deque<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
    if (lines.size() > kLogLinesShown) lines.pop_front();
  }
  return absl::StrJoin(lines, "\n  ");
}

}  // namespace

LocalCluster::LocalCluster(const LocalClusterOptions& options, ScratchFolder folder)
    : folder_(std::move(folder)),
      address_(absl::StrCat("unix:", (folder_.path() / "sweepd.sock").string())),
      log_(options.database.string() + ".log") {}

absl::StatusOr<std::unique_ptr<LocalCluster>> LocalCluster::Start(
    const LocalClusterOptions& options, Environment& environment) {
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make();
  if (!folder.ok()) return folder.status();
  std::unique_ptr<LocalCluster> cluster(new LocalCluster(options, *std::move(folder)));
  if (absl::Status status = cluster->StartCoordinator(options, environment); !status.ok()) {
    return status;
  }
  if (absl::Status status = cluster->StartWorkers(options, environment); !status.ok()) {
    return status;
  }
  return cluster;
}

LocalCluster::~LocalCluster() {
  for (const auto& worker : workers_) worker->Terminate();
  workers_.clear();
  coordinator_.reset();
}

absl::Status LocalCluster::StartCoordinator(const LocalClusterOptions& options,
                                            Environment& environment) {
  absl::StatusOr<std::unique_ptr<ChildProcess>> started =
      ChildProcess::Start(environment.programs / "sweepd",
                          {"--listen", address_, "--database", options.database.string(),
                           "--lease-seconds", kLeaseSeconds},
                          log_);
  if (!started.ok()) return started.status();
  coordinator_ = *std::move(started);
  const absl::Time deadline = environment.clock.Now() + kLongestStart;
  while (environment.clock.Now() < deadline) {
    Connection connection(address_);
    if (connection.Call(&Connection::Stub::ListWorkers, v1::ListWorkersRequest()).ok()) {
      return absl::OkStatus();
    }
    if (!coordinator_->Running()) return WithLog("the coordinator ended");
    if (!environment.interrupts.Wait(absl::Milliseconds(50))) {
      return absl::CancelledError("interrupted");
    }
  }
  return WithLog("the coordinator does not answer");
}

absl::Status LocalCluster::StartWorkers(const LocalClusterOptions& options,
                                        Environment& environment) {
  for (int i = 0; i < options.workers; ++i) {
    absl::StatusOr<std::unique_ptr<ChildProcess>> worker =
        ChildProcess::Start(environment.programs / "sweep-worker",
                            {"--coordinator", address_, "--device", options.device, "--threads",
                             absl::StrCat(options.threads)},
                            log_);
    if (!worker.ok()) return worker.status();
    workers_.push_back(*std::move(worker));
  }
  return absl::OkStatus();
}

absl::Status LocalCluster::Health() {
  if (!coordinator_->Running()) return WithLog("the coordinator ended");
  for (const auto& worker : workers_) {
    if (!worker->Running()) return WithLog("a worker ended");
  }
  return absl::OkStatus();
}

absl::Status LocalCluster::WithLog(const std::string& what) const {
  return absl::InternalError(
      absl::StrCat(what, "; the end of ", log_.string(), ":\n  ", EndOf(log_)));
}

}  // namespace pathsweep

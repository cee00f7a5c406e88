// sweepd: the coordinator daemon.
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/end_signals.h"
#include "base/fast_mutexes.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/restore.h"
#include "coordinator/store/sqlite_store.h"

namespace {

int CheckDatabase(const std::string& path) {
  const absl::Status status = pathsweep::SqliteStore::Check(path);
  if (status.ok()) {
    spdlog::info("{} is sound", path);
  } else {
    spdlog::error("{}", std::string(status.message()));
  }
  return status.ok() ? 0 : 1;
}

int RestoreDatabase(const pathsweep::RestoreOptions& options) {
  const absl::StatusOr<pathsweep::Restored> restored = pathsweep::Restore(options);
  if (!restored.ok()) {
    spdlog::error("nothing restored: {}", std::string(restored.status().message()));
    return 1;
  }
  if (!restored->kept.empty()) spdlog::info("what was there is now {}", restored->kept);
  spdlog::info("{} is restored from {}, {} bytes", options.database, options.file, restored->bytes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pathsweep::TurnDeadlockDetectionOff();
  pathsweep::ServerOptions options;
  double lease_seconds = absl::ToDoubleSeconds(options.lease_policy.lease);
  double reconnect_seconds = absl::ToDoubleSeconds(options.lease_policy.reconnect);
  CLI::App app{"sweepd: schedules the trials of sweeps over workers and keeps their results"};
  app.set_version_flag("--version", PATHSWEEP_VERSION);
  app.add_option("--listen", options.listen, "HOST:PORT or unix:PATH to serve on")
      ->capture_default_str();
  app.add_option("--database", options.database, "results database; made if there is none")
      ->capture_default_str();
  app.add_option("--lease-seconds", lease_seconds, "a worker silent for this long loses its trials")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 86400.0));
  app.add_option("--reconnect-seconds", reconnect_seconds,
                 "time for a worker whose connection broke to come back")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 86400.0));
  bool check = false;
  app.add_flag("--check-database", check, "check every page of the database and end");
  pathsweep::RestoreOptions restore;
  CLI::Option* file =
      app.add_option("--restore", restore.file, "make the database from this backup and end")
          ->type_name("FILE")
          ->excludes("--check-database");
  app.add_flag("--force", restore.force, "restore over a database; it is kept under another name")
      ->needs(file);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.lease_policy = {absl::Seconds(lease_seconds), absl::Seconds(reconnect_seconds)};

  spdlog::set_default_logger(spdlog::stderr_color_mt("sweepd"));
  if (check) return CheckDatabase(options.database);
  if (file->count() > 0) {
    restore.database = options.database;
    return RestoreDatabase(restore);
  }
  const sigset_t end_signals = pathsweep::BlockEndSignals();
  const pathsweep::SystemClock clock;
  absl::StatusOr<std::unique_ptr<pathsweep::Server>> server =
      pathsweep::Server::Start(options, clock);
  if (!server.ok()) {
    spdlog::error("{}", std::string(server.status().message()));
    return 1;
  }
  spdlog::info("serving on {}, results in {}", (*server)->address(), options.database);
  int signal = 0;
  sigwait(&end_signals, &signal);
  spdlog::info("ending on signal {} after {} commits", signal, (*server)->commits());
  return 0;
}

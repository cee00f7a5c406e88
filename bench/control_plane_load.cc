// Loads a coordinator with simulated workers and prints what it acknowledged as JSON, a line
// for each interval. bench/control_plane.py starts both.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/fast_mutexes.h"
#include "bench/simulated_workers.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"

namespace pathsweep {
namespace {

struct Options {
  SimulationOptions simulation;
  double seconds = 10;   // at most
  int64_t trials = 0;    // 0: until the time is up
  int64_t interval = 0;  // trials a line is printed for; 0: one line in all
  int starts = 200;
};

double Percentile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = values.begin() + static_cast<int64_t>(share * (values.size() - 1));
  std::ranges::nth_element(values, rank);
  return *rank;
}

void Print(Load load, absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  nlohmann::ordered_json line = {{"trials", load.trials},
                                 {"reports", load.reports},
                                 {"seconds", seconds},
                                 {"trials_per_s", static_cast<double>(load.trials) / seconds},
                                 {"reports_per_s", static_cast<double>(load.reports) / seconds},
                                 {"p50_ms", Percentile(load.milliseconds, 0.5)},
                                 {"p99_ms", Percentile(load.milliseconds, 0.99)}};
  std::cout << line.dump() << std::endl;
}

// Trials and reports a second, for a sweep that is large enough.
int Throughput(const Options& options) {
  SimulatedWorkers workers(options.simulation);
  workers.RunUntilConnected();
  const int64_t warmed_up = workers.TakeLoad().trials;
  const absl::Time deadline = absl::Now() + absl::Seconds(options.seconds);
  int64_t left =
      options.trials > 0 ? options.trials - warmed_up : std::numeric_limits<int64_t>::max();
  const int64_t interval = options.interval > 0 ? options.interval : left;
  while (left > 0 && workers.lost() == 0 && absl::Now() < deadline) {
    const absl::Time started = absl::Now();
    const int64_t wanted = std::min(interval, left);
    while (workers.load().trials < wanted && workers.lost() == 0 && workers.Turn(deadline)) {
    }
    left -= workers.load().trials;
    Print(workers.TakeLoad(), absl::Now() - started);
  }
  if (workers.lost() > 0) std::cerr << workers.lost() << " workers lost their stream\n";
  return workers.lost() == 0 ? 0 : 1;
}

// How long an idle worker waits from the moment a sweep of one trial is submitted.
int Latency(const Options& options) {
  SimulatedWorkers workers(options.simulation);
  workers.RunUntilConnected();
  const auto stub = v1::SweepService::NewStub(
      grpc::CreateChannel(options.simulation.coordinator, grpc::InsecureChannelCredentials()));
  Load load;
  const absl::Time started = absl::Now();
  for (int i = 0; i < options.starts; ++i) {
    absl::Time submitted;
    std::thread submit([&] {
      grpc::ClientContext context;
      v1::SubmitSweepRequest request;
      request.set_request_id(absl::StrCat("latency-", i));
      request.mutable_spec()->set_name("latency");
      request.mutable_spec()->add_seeds(1);
      v1::SubmitSweepResponse response;
      submitted = absl::Now();
      const grpc::Status status = stub->SubmitSweep(&context, request, &response);
      if (!status.ok()) std::cerr << status.error_message() << "\n";
    });
    const absl::Time leased = workers.RunUntilLeased();
    submit.join();
    load.milliseconds.push_back(static_cast<float>(absl::ToDoubleMilliseconds(leased - submitted)));
    while (workers.load().trials <= i && workers.lost() == 0) workers.Turn(absl::InfiniteFuture());
  }
  load.trials = workers.load().trials;
  load.reports = workers.load().reports;
  Print(std::move(load), absl::Now() - started);
  return workers.lost() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  pathsweep::TurnDeadlockDetectionOff();
  pathsweep::Options options;
  CLI::App app{"control_plane_load: simulated workers for bench/control_plane.py"};
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--coordinator", options.simulation.coordinator)->required();
  app.add_option("--workers", options.simulation.workers)->capture_default_str();
  app.add_option("--slots", options.simulation.slots)->capture_default_str();
  app.add_option("--reports", options.simulation.reports_per_trial)->capture_default_str();
  app.add_option("--per-message", options.simulation.reports_per_message)->capture_default_str();
  CLI::App* throughput = app.add_subcommand("throughput", "trials and reports a second");
  throughput->add_option("--seconds", options.seconds, "at most")->capture_default_str();
  throughput->add_option("--trials", options.trials, "0: until --seconds are over")
      ->capture_default_str();
  throughput->add_option("--interval", options.interval, "trials that a line is printed for");
  CLI::App* latency = app.add_subcommand("latency", "from a submit to an idle worker's lease");
  latency->add_option("--starts", options.starts)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return throughput->parsed() ? pathsweep::Throughput(options) : pathsweep::Latency(options);
}

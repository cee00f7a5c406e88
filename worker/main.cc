// sweep-worker: trains the trials that a coordinator gives it.
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cerrno>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/build_info.h"
#include "base/end_signals.h"
#include "worker/agent/agent.h"
#include "worker/telemetry/nvml.h"
#include "worker/train/trainer.h"

namespace {

constexpr timespec kTimeToLeave = {10, 0};

struct Options {
  std::string coordinator = "127.0.0.1:7070";
  std::string device = "auto";
  int threads = 1;
  int slots = 0;
  int fuse = 0;
  bool tf32 = false;
};

// Trials of one shape that a GPU trains at once, unless it is said.
constexpr int kFuseOnGpu = 64;

std::string HostName() {
  char name[256] = "unknown";
  gethostname(name, sizeof name - 1);
  return name;
}

// A CPU's cache is filled by one trial.
pathsweep::Capacity CapacityOf(const pathsweep::DeviceInfo& device, const Options& options) {
  const int usual = device.device == "cpu" ? 1 : options.slots > 0 ? options.slots : kFuseOnGpu;
  const int fuse = options.fuse > 0 ? options.fuse : usual;
  if (options.slots > 0) return {options.slots, fuse, false};
  return {fuse, fuse, fuse > 1};
}

pathsweep::v1::WorkerDescription Describe(const pathsweep::DeviceInfo& device,
                                          const pathsweep::Capacity& capacity, int threads) {
  pathsweep::v1::WorkerDescription worker;
  const std::string host = HostName();
  worker.set_name(
      absl::StrCat(host, "-", getpid(), "-", absl::Hex(std::random_device()(), absl::kZeroPad8)));
  worker.set_hostname(host);
  worker.set_device(device.device);
  worker.set_device_name(device.name);
  worker.set_memory_bytes(device.memory_bytes);
  worker.set_slots(capacity.measured ? 1 : capacity.trials);
  worker.set_build(pathsweep::BuildId());
  worker.set_libtorch(pathsweep::LibTorchVersion());
  worker.set_threads(threads);
  worker.set_fuse(capacity.fuse);
  return worker;
}

pathsweep::ReadDevice ReaderOf(const pathsweep::DeviceInfo& device) {
  if (device.device == "cpu") return {};
  if (device.uuid.empty()) {
    spdlog::warn("no readings of {}: this build knows no GPUs by name", device.device);
    return {};
  }
  absl::StatusOr<pathsweep::ReadDevice> reader = pathsweep::OpenNvml(device.uuid);
  if (reader.ok()) return *std::move(reader);
  spdlog::warn("no readings of {}: {}", device.device, std::string(reader.status().message()));
  return {};
}

// Waits on a thread of its own for the signals that end the worker. The first one hands
// the trials back; a second one, or ten seconds, end the process.
class SignalWatch {
 public:
  // The signals must be blocked in every thread; the agent must outlive the watch.
  SignalWatch(const sigset_t& signals, pathsweep::Agent& agent)
      : signals_(signals), thread_([this, &agent] { Watch(agent); }) {}

  ~SignalWatch() { End(); }

  void End() {
    if (!thread_.joinable()) return;
    ended_ = true;
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }

 private:
  void Watch(pathsweep::Agent& agent) {
    int signal = 0;
    sigwait(&signals_, &signal);
    if (ended_) return;
    spdlog::info("signal {}: handing the trials back", signal);
    agent.Leave();
    // A debugger, or a process stopped and continued, interrupts the wait.
    while (sigtimedwait(&signals_, nullptr, &kTimeToLeave) < 0 && errno == EINTR) {
    }
    if (ended_) return;
    spdlog::error("ended without the coordinator's acknowledgement; the leases will expire");
    _exit(1);
  }

  const sigset_t signals_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

int Work(const Options& options) {
  pathsweep::SetComputeThreads(options.threads);
  pathsweep::KeepFreedMemory();
  absl::StatusOr<pathsweep::DeviceInfo> device = pathsweep::ResolveDevice(options.device);
  if (!device.ok()) {
    spdlog::error("{}", std::string(device.status().message()));
    return absl::IsInvalidArgument(device.status()) ? 2 : 1;
  }
  if (options.tf32) pathsweep::AllowTf32();
  const sigset_t signals = pathsweep::BlockEndSignals();
  const pathsweep::Capacity capacity = CapacityOf(*device, options);
  pathsweep::Agent agent(
      {options.coordinator, Describe(*device, capacity, options.threads), capacity},
      {.train =
           [name = device->device](pathsweep::TrialSource& source) {
             return pathsweep::TrainTrials(name, source);
           },
       .check_checkpoint = pathsweep::CheckCheckpoint,
       .read_device = ReaderOf(*device)});
  SignalWatch watch(signals, agent);
  const absl::Status status = agent.Run();
  watch.End();
  if (!status.ok()) spdlog::error("{}", std::string(status.message()));
  spdlog::shutdown();
  // Everything is handed back. A thread that trains may be in the middle of an evaluation,
  // for which nobody waits.
  _exit(status.ok() ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"sweep-worker: trains the trials that a coordinator gives it"};
  app.set_version_flag("--version", PATHSWEEP_VERSION);
  app.add_option("--coordinator", options.coordinator, "HOST:PORT or unix:PATH of sweepd")
      ->envname("PATHSWEEP_SERVER")
      ->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu or cuda:N")->capture_default_str();
  app.add_option("--threads", options.threads, "CPU threads that one operation may use")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--slots", options.slots,
                 "trials to train at once; 0: as many of one shape, up to --fuse, as find memory")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_option("--fuse", options.fuse,
                 "trials of one shape to train as one model, at most; 0: 1 on a CPU, else --slots "
                 "or 64")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_flag("--tf32", options.tf32,
               "on a GPU multiply float32 matrices as TensorFloat-32: faster, to 10 bits");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("sweep-worker"));
  return Work(options);
}

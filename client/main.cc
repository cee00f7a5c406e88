// sweepctl: wires the command line to the process it runs in.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iostream>

#include "client/cli.h"

namespace {

std::atomic<bool> interrupted = false;

class SignalInterrupts : public pathsweep::Interrupts {
 public:
  void Catch() override {
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }

  bool Wait(absl::Duration duration) override {
    const timespec time = absl::ToTimespec(duration);
    if (!interrupted) nanosleep(&time, nullptr);
    return !interrupted;
  }
};

}  // namespace

int main(int argc, char** argv) {
  signal(SIGCHLD, SIG_DFL);  // one that was started with it ignored would not hear of its children
  const pathsweep::SystemClock clock;
  SignalInterrupts interrupts;
  std::error_code ignored;
  pathsweep::Environment environment{
      std::cout,
      std::cerr,
      isatty(STDOUT_FILENO) != 0,
      clock,
      interrupts,
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path()};
  return static_cast<int>(pathsweep::RunCli(argc, argv, environment));
}

// What sweepctl needs of the process it runs in. main.cc passes the real thing, tests
// pass string streams, a clock of their own and interrupts that they choose.
#pragma once

#include <filesystem>
#include <ostream>

#include "absl/time/time.h"
#include "base/clock.h"

namespace pathsweep {

// Ctrl-C as a value. Until Catch is called, the signal ends the process as usual.
class Interrupts {
 public:
  virtual ~Interrupts() = default;

  // From now on a first SIGINT or SIGTERM is remembered, and a second ends the process.
  virtual void Catch() = 0;

  // Waits for the duration; false as soon as the process has been interrupted.
  virtual bool Wait(absl::Duration duration) = 0;
};

// References outlive every command. Used from one thread.
struct Environment {
  std::ostream& out;
  std::ostream& err;
  // Whether `out` is a terminal: progress is redrawn in place there.
  bool terminal;
  const Clock& clock;
  Interrupts& interrupts;
  // Where sweepd and sweep-worker are found: the folder of sweepctl itself.
  std::filesystem::path programs;
};

}  // namespace pathsweep

// The signals that end a daemon, for a thread that waits for them with sigwait.
#pragma once

#include <signal.h>

namespace pathsweep {

// Blocks SIGINT and SIGTERM in the calling thread and in every thread started later, so
// call it before any other thread starts; returns the two.
inline sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace pathsweep

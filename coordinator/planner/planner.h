// Does what sweeps with claims need, beside the engine: looks ten times a second for those whose
// trials have ended, and adds seeds where they are undecided, or has their verdicts stored.
// Everything it does follows from what is stored, so a restart or a repeated look changes nothing.
#pragma once

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/engine/engine_thread.h"

namespace pathsweep {

// Works from its construction to its destruction.
class Planner {
 public:
  // The engine must outlive the object and not be stopped before; `database` is the file that it
  // stores in.
  Planner(EngineThread& engine, std::string database);
  ~Planner();

 private:
  void Loop();
  // Does what is due; OK if nothing has gone wrong.
  absl::Status Look();
  absl::Status Plan(const Sweep& sweep);

  EngineThread& engine_;
  const std::string database_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

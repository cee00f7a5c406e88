// Does what sweeps with claims, a search or early stopping need, beside the engine. Looks ten times
// a second for those whose trials have ended, and adds seeds where claims are undecided, or has the
// verdicts stored; for searches with fewer trials than the workers could train, and adds points;
// and for trials under way that rules may end, of a large sweep as often as it takes a tenth of the
// time. Everything it does follows from what is stored, so a restart or a repeated look changes
// nothing.
#pragma once

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/engine/engine_thread.h"
#include "coordinator/planner/sweep_values.h"

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
  struct Due {
    Sweep sweep;
    int64_t trials = 0;    // that its search should add
    bool judged = false;   // its claims are to be
    bool steered = false;  // its trials are to be
  };
  std::vector<Due> DueIn(const State& state) const;
  bool IsLater(SweepId sweep) const;

  // Does what is due; OK if nothing has gone wrong.
  absl::Status Look();
  absl::Status Plan(const Due& due);
  absl::Status GoOnSearching(const Due& due, const ReadValues& read);
  absl::Status JudgeOrAddSeeds(const Sweep& sweep, const ReadValues& read);
  absl::Status Grow(const Sweep& sweep, Extension extension);
  absl::Status Steer(const Sweep& sweep, ResultsReader& reader);

  EngineThread& engine_;
  const std::string database_;
  // When the trials of a sweep are looked at again; of the thread alone.
  std::map<SweepId, absl::Time> next_steering_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

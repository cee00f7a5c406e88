// A worker whose session is the real one, and whose training takes no time: what a trial
// measures and how it ends follow from its number.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/domain/worker.h"
#include "pathsweep/v1/worker_service.pb.h"
#include "tests/simulation/ledger.h"
#include "worker/agent/session.h"

namespace pathsweep {

class SimWorker {
 public:
  // On a broken one every attempt crashes.
  SimWorker(std::string name, int slots, int fuse, bool broken);

  const std::string& name() const { return name_; }
  bool Left() const { return session_.Left(); }
  void Leave() { session_.Leave(); }

  // Takes one step of one of its attempts: a measurement, an end, or a stop that it was told.
  // Returns what it did.
  std::string Train();

  v1::WorkerReport Report();

  // Holds what the directive acknowledges against the ledger, then follows it.
  void Follow(const v1::Directive& directive, Ledger& ledger);

  // Trials that end by themselves here have done so after this many measurements.
  static constexpr int kMeasurements = 3;

 private:
  struct Job {
    int measured = 0;
    bool ended = false;
    int64_t pause_at = 0;
  };
  // What a report said of an attempt.
  struct Said {
    AttemptName attempt;
    std::vector<Measurement> measurements;
    bool outcome = false;
  };

  void CheckKept(const Said& said, Ledger& ledger) const;

  const std::string name_;
  const bool broken_;
  Session session_;
  std::map<AttemptKey, Job> jobs_;
  std::map<uint64_t, std::vector<Said>> said_;  // by report, until acknowledged
};

}  // namespace pathsweep

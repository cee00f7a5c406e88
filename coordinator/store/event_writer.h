// Writes events into the tables of schema.cc.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "coordinator/domain/event.h"

namespace pathsweep {

// Holds prepared statements, so the database must outlive it. Every function may throw
// SQLite::Exception; the caller then rolls its transaction back.
class EventWriter {
 public:
  explicit EventWriter(SQLite::Database& database);

  // Events that live in memory alone write nothing.
  void Write(const Event& event);

  // The transaction that the last events were written in has been rolled back.
  void Forget() { metric_ids_.clear(); }

 private:
  void WriteOne(const SweepSubmitted& event);
  void WriteOne(const SweepExtended& event);
  void WriteOne(const SweepCancelled& event);
  void WriteOne(const SweepPaused& event);
  void WriteOne(const SweepJudged& event);
  void WriteOne(const SweepPruned& event);
  void WriteOne(const TrialSettled& event);
  void WriteOne(const WorkerRegistered& event);
  void WriteOne(const AttemptLeased& event);
  void WriteOne(const MeasurementsReported& event);
  void WriteOne(const AttemptEnded& event);
  void WriteOne(const AttemptPaused& event);
  void WriteOne(const TrialPromoted& event);
  void WriteOne(const TrialEnded& event);
  void WriteOne(const TrialRetried& event);
  void WriteOne(const WorkerReported&) {}
  void WriteOne(const WorkerDisconnected&) {}
  void WriteOne(const LeaseExtended&) {}
  void WriteOne(const GraceGranted&) {}
  void WriteOne(const AttemptCrashed&) {}
  void WriteOne(const StopOrdered&) {}

  struct Reason {
    std::string word;
    std::string detail;
  };
  template <typename Ended>
  void EndAttempt(const Ended& event, const Reason& reason);
  int64_t MetricId(const std::string& name);
  // Most events of a transaction are of the same moment.
  const std::string& TextOf(absl::Time time);

  std::map<std::string, int64_t, std::less<>> metric_ids_;
  absl::Time last_time_ = absl::InfinitePast();
  std::string last_time_text_;
  SQLite::Statement insert_sweep_;
  SQLite::Statement insert_extension_;
  SQLite::Statement grow_sweep_;
  SQLite::Statement cancel_sweep_;
  SQLite::Statement pause_sweep_;
  SQLite::Statement note_judged_;
  SQLite::Statement insert_verdict_;
  SQLite::Statement insert_counterexample_;
  SQLite::Statement delete_verdicts_;
  SQLite::Statement delete_counterexamples_;
  SQLite::Statement note_pruned_;
  SQLite::Statement delete_extensions_;
  SQLite::Statement delete_sweep_;
  SQLite::Statement note_environment_;
  SQLite::Statement register_worker_;
  SQLite::Statement settle_trial_;
  SQLite::Statement reuse_measurements_;
  SQLite::Statement lease_trial_;
  SQLite::Statement insert_attempt_;
  SQLite::Statement end_attempt_;
  SQLite::Statement requeue_trial_;
  SQLite::Statement pause_trial_;
  SQLite::Statement promote_trial_;
  SQLite::Statement end_trial_;
  SQLite::Statement retry_trial_;
  SQLite::Statement find_metric_;
  SQLite::Statement insert_metric_;
  SQLite::Statement insert_measurement_;
};

}  // namespace pathsweep

// Trials that train together, and those that watch them: who joins, who leaves, and what becomes of
// whom if something fails.
//
//   Company company("cpu");
//   company.Join(std::move(task));
//   while (company.size() > 0) company.TakeStep();
//
// Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/train/failure.h"
#include "worker/train/fused_trials.h"
#include "worker/train/memory_probe.h"
#include "worker/train/trainer.h"

namespace pathsweep {

class Company {
 public:
  explicit Company(const std::string& device) : device_(device) { Clear(); }

  int size() const { return static_cast<int>(tasks_.size()); }
  // For so many more, as far as is known.
  int Room() const { return limit_ - size(); }
  // For so many more there is memory, if it has been measured.
  std::optional<int> Fits() const;
  // What became of the device, if it computes no more.
  const std::optional<Failure>& lost() const { return lost_; }
  // Whether the failure is the device's.
  bool IsLost(const Failure& failure);

  // A trial that cannot begin ends.
  void Join(TrialTask task);
  void EndTheStopped();
  void TakeStep();

  // After the failure of the device: all crash, and what lies on it stays, for it cannot be freed.
  void Abandon(const std::vector<TrialTask>& joining);
  // All of them, and those that have not joined yet.
  void Crash(const Failure& failure, const std::vector<TrialTask>& joining);

 private:
  void Clear();
  // What those that train take decides for how many more there is room.
  void Measure();
  // Of a trial that failed by itself, if it was not the device.
  std::optional<TrialOutcome> OutcomeUnlessLost(const Failure& failure);
  std::optional<TrialOutcome> Begin(size_t k);
  std::optional<TrialOutcome> AfterStep(size_t k, double loss);
  // Evaluates the trial if it is time, and says how it ended if it has.
  std::optional<TrialOutcome> Judge(size_t k, double loss, bool& best);
  std::vector<MetricValue> Evaluate(size_t k);
  // A step has failed, and nobody knows whose.
  void Part(const Failure& failure);
  // Ends each trial for which there is an outcome.
  template <typename Decide>
  void EndWhere(Decide decide);
  void End(size_t k, TrialOutcome outcome);

  const std::string device_;
  std::unique_ptr<FusedTrials> trials_;
  std::vector<TrialTask> tasks_;  // of the same order
  std::optional<MemoryProbe> probe_;
  bool measured_ = false;    // with all that train
  std::optional<int> fits_;  // trials, by the memory that they take
  std::optional<Failure> lost_;
  int most_ = 0;   // that have taken a step together
  int limit_ = 0;  // that may
};

}  // namespace pathsweep

// A store that forgets when it is destroyed, for tests and simulation.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "coordinator/store/store.h"

namespace pathsweep {

class MemoryStore : public Store {
 public:
  absl::Status Commit(absl::Span<const Event> events) override;
  absl::StatusOr<State> Load(absl::Time now, const LeasePolicy& policy) override;
  absl::StatusOr<bool> Tidy() override { return false; }

  // Every later Commit and Load returns this status, until it is OK again.
  void FailWith(absl::Status status) { failure_ = std::move(status); }

  using MeasurementKey = std::tuple<TrialId, int64_t, std::string>;
  const std::map<MeasurementKey, double>& measurements() const { return measurements_; }

 private:
  void Reuse(const TrialSettled& event);

  absl::Status failure_;
  State state_;
  std::map<MeasurementKey, double> measurements_;
};

}  // namespace pathsweep

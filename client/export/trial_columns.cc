#include "client/export/trial_columns.h"

#include <algorithm>

#include "base/parameter_proto.h"

namespace pathsweep {

void TrialColumns::Add(const v1::Trial& trial) {
  ++trials_;
  for (const v1::Measurement& metric : trial.metrics()) metrics_.insert(metric.metric());
  for (int i = 0; i < trial.parameters_size(); ++i) {
    const absl::StatusOr<ParameterValue> value = FromProto(trial.parameters(i).value());
    if (!value.ok()) continue;
    if (static_cast<size_t>(i) == parameters_.size()) {
      parameters_.push_back({trial.parameters(i).name(), i, *value, *value, {}});
    }
    ParameterSpread& spread = parameters_[i];
    spread.lowest = std::min(spread.lowest, *value);
    spread.highest = std::max(spread.highest, *value);
    const bool is_number =
        std::holds_alternative<double>(*value) || std::holds_alternative<int64_t>(*value);
    if (!is_number && std::ranges::find(spread.choices, *value) == spread.choices.end()) {
      spread.choices.push_back(*value);
    }
  }
}

std::vector<ParameterSpread> TrialColumns::Varying() const {
  std::vector<ParameterSpread> varying;
  for (const ParameterSpread& spread : parameters_) {
    if (spread.lowest != spread.highest) varying.push_back(spread);
  }
  return varying;
}

int64_t LastStep(const v1::Trial& trial) {
  int64_t last = 0;
  for (const v1::Measurement& metric : trial.metrics()) last = std::max(last, metric.step());
  return last;
}

}  // namespace pathsweep

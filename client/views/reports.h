// What the coordinator answered, as reports. The JSON shapes are those of docs/cli.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "client/views/report.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// "running", "succeeded", …
std::string StateName(v1::TrialState state);
std::string StateName(v1::SweepState state);

// Trials that have not ended.
int64_t Unfinished(const v1::TrialCounts& counts);

Json ToJson(const v1::ParameterValue& value);
std::string ToText(const v1::ParameterValue& value);
// Three significant decimals for people: 0.75, 0.0312, 1520.
std::string ShortNumber(double value);

Json ParametersJson(const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters);
Json OrNull(bool present, double value);
// "[0.2, 1]"; requires both ends.
std::string IntervalText(const v1::Estimate& estimate);
// "0.75 [0.2, 1]", or the value alone.
std::string EstimateText(const v1::Estimate& estimate);
// {"value", "low", "high"}
Json EstimateJson(const v1::Estimate& estimate);

// Places of the parameters that differ among trials or configs: the only ones worth a column. All
// have the same parameters.
template <typename Messages>
std::vector<int> VaryingParameters(const Messages& messages) {
  std::vector<int> varying;
  const int count = messages.empty() ? 0 : messages.begin()->parameters_size();
  for (int i = 0; i < count; ++i) {
    const std::string first = ToText(messages.begin()->parameters(i).value());
    const bool varies = std::any_of(messages.begin(), messages.end(), [&](const auto& one) {
      return ToText(one.parameters(i).value()) != first;
    });
    if (varies) varying.push_back(i);
  }
  return varying;
}

Json SweepJson(const v1::Sweep& sweep);
Json TrialJson(const v1::Trial& trial);

Report SweepReport(const v1::Sweep& sweep);
Report SweepsReport(const std::vector<v1::Sweep>& sweeps);
Report TrialsReport(const std::vector<v1::Trial>& trials);
// One trial with all its parameters and its newest metrics; JSON has the history too.
Report TrialReport(const v1::Trial& trial);
Report WorkersReport(const std::vector<v1::Worker>& workers);

}  // namespace pathsweep

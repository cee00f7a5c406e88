// The parameters of one trial: a typed struct and the table that describes it,
// both generated from trial_parameters.def.
//
//   TrialParameters parameters;                       // defaults
//   absl::Status status = SetParameter(parameters, "lr", 3e-3);
//   status.Update(CheckTogether(parameters));
//
// Pure values and functions; thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pathsweep {

using ParameterValue = std::variant<bool, int64_t, double, std::string>;

struct TrialParameters {
#define PATHSWEEP_CHOICE(name, initial, values, meaning) std::string name = initial;
#define PATHSWEEP_INT(name, initial, lowest, highest, meaning) int64_t name = initial;
#define PATHSWEEP_REAL(name, initial, range, meaning) double name = initial;
#define PATHSWEEP_FLAG(name, initial, meaning) bool name = initial;
#include "base/trial_parameters.def"
#undef PATHSWEEP_CHOICE
#undef PATHSWEEP_INT
#undef PATHSWEEP_REAL
#undef PATHSWEEP_FLAG

  bool operator==(const TrialParameters&) const = default;
};

// An interval of real numbers; bounds are included unless said to be open.
struct RealRange {
  double lowest;
  double highest;
  bool lowest_open = false;
  bool highest_open = false;
};

struct IntRange {
  int64_t lowest;
  int64_t highest;
};

struct ParameterSpec {
  absl::string_view name;
  absl::string_view meaning;
  // The field; the alternative held is the parameter's type.
  std::variant<bool TrialParameters::*, int64_t TrialParameters::*, double TrialParameters::*,
               std::string TrialParameters::*>
      field;
  // monostate for flags.
  std::variant<std::monostate, IntRange, RealRange, std::vector<std::string>> range;
};

// All parameters in the order of trial_parameters.def.
absl::Span<const ParameterSpec> TrialParameterTable();

// Null if there is no such parameter.
const ParameterSpec* FindParameter(absl::string_view name);

// "flag", "integer", "real" or "choice".
absl::string_view TypeName(const ParameterSpec& spec);

// "2 to 256", "above 0, up to 10", "standard, reverse or teacherless".
std::string RangeText(const ParameterSpec& spec);

ParameterValue GetParameter(const TrialParameters& parameters, const ParameterSpec& spec);
ParameterValue DefaultValue(const ParameterSpec& spec);
bool HasDefault(const TrialParameters& parameters, const ParameterSpec& spec);

// The value that a text means for a parameter, as a command line has it. Text that does not fit the
// parameter's type stays text, which CheckValue refuses.
ParameterValue ParseValue(const ParameterSpec& spec, const std::string& text);

// The value as the parameter's own type (an integer becomes a real where a real is
// expected). InvalidArgument names the parameter, the value and what to write instead.
absl::StatusOr<ParameterValue> CheckValue(const ParameterSpec& spec, const ParameterValue& value);

// Sets one field after CheckValue; InvalidArgument also for an unknown name, with the
// closest known one.
absl::Status SetParameter(TrialParameters& parameters, absl::string_view name,
                          const ParameterValue& value);

// Sets one field without a check. Requires a value of the parameter's own type, as CheckValue
// gives it.
void PutParameter(TrialParameters& parameters, const ParameterSpec& spec,
                  const ParameterValue& value);

// "unknown parameter `detph`, did you mean `depth`?"
absl::Status UnknownParameter(absl::string_view name);

// Conditions between parameters: nodes >= degree (length - 1) + 1; multi_target's batches hold
// whole graphs; a transformer's heads divide its width, and rotary positions need an even head
// size; flash attention takes bfloat16 and head sizes that are multiples of 8; muP is for a
// transformer with AdamW. InvalidArgument says which one fails.
absl::Status CheckTogether(const TrialParameters& parameters);

// Shortest text that reads back as the same value: `0.001`, `true`, `rope`.
std::string FormatValue(const ParameterValue& value);

}  // namespace pathsweep

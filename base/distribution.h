// Where values of a parameter are drawn from: the distributions of Weights & Biases' sweeps.
//
//   Distribution lr{.kind = "log_uniform_values", .low = 1e-4, .high = 1e-2};
//   CheckDistribution(*FindParameter("lr"), lr);           // OK
//   ValueAt(*FindParameter("lr"), lr, 0.5);                // 1e-3
//
// Pure; thread safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"

namespace pathsweep {

struct Distribution {
  // A name of DistributionKinds.
  std::string kind;
  // Ends of the range (`min`, `max`; of log_uniform and inv_log_uniform the exponents of e), or
  // `mu` and `sigma`, or of beta `a` and `b`.
  double low = 0;
  double high = 1;
  // Of the kinds that begin with q_: values are multiples of it.
  double step = 1;
  // Of `categorical`, in the parameter's own type.
  std::vector<ParameterValue> values = {};
  // As many; none: all alike.
  std::vector<double> probabilities = {};
};

// categorical, int_uniform, uniform, log_uniform, log_uniform_values, inv_log_uniform,
// inv_log_uniform_values, normal, log_normal, beta; and with q_ before the name all but the first
// two and the inverse ones.
absl::Span<const absl::string_view> DistributionKinds();

// Which two numbers a kind has: "min" and "max", "mu" and "sigma", or "a" and "b".
std::pair<absl::string_view, absl::string_view> NumbersOf(absl::string_view kind);

// InvalidArgument says what is wrong, beginning with the parameter: a kind that there is not or
// that the parameter's type has no use for, an empty range, one outside of the parameter's own, a
// step that is not above 0, probabilities that do not add up to 1.
absl::Status CheckDistribution(const ParameterSpec& spec, const Distribution& distribution);

// The product without what binary fractions add to it: 3 times 0.1 is 0.3.
double MultipleOf(double step, double times);

// The value below which a share of the distribution lies, for 0 < share < 1: with a uniform share,
// a draw. Of an integer parameter the nearest integer. It may lie outside of the parameter's range
// where the distribution does. Requires CheckDistribution.
ParameterValue ValueAt(const ParameterSpec& spec, const Distribution& distribution, double share);

}  // namespace pathsweep

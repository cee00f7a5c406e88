// A measured value and its name. The names are documented in docs/metrics.md.
#pragma once

#include <string>

namespace pathsweep {

struct MetricValue {
  std::string name;
  double value;
};

}  // namespace pathsweep

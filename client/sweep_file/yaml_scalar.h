// The type of a YAML scalar, as the author of a sweep file means it.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <optional>
#include <variant>

#include "base/trial_parameters.h"

namespace pathsweep {

// A quoted scalar is text. A plain one is a flag (`true`, `yes`, `on` and their
// opposites), an integer (`200_000` too), a real (`1e-3` too, which YAML 1.1 takes for
// text) or else text. Numbers with leading zeros stay text, because YAML 1.1 reads them
// as octal and YAML 1.2 does not. Requires node.IsScalar().
ParameterValue ScalarValue(const YAML::Node& node);

// A scalar of exactly this type; none of any other node.
template <typename Type>
std::optional<Type> ScalarOf(const YAML::Node& node) {
  if (!node.IsScalar()) return std::nullopt;
  const ParameterValue value = ScalarValue(node);
  const auto* typed = std::get_if<Type>(&value);
  return typed == nullptr ? std::nullopt : std::optional(*typed);
}

// The same of an integer or a real.
std::optional<double> RealOf(const YAML::Node& node);

bool IsQuoted(const YAML::Node& node);

}  // namespace pathsweep

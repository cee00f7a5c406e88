// "did you mean" for misspelt names.
#pragma once

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace pathsweep {

// ", did you mean `depth`?" if one of `known` is close to `name`, else "".
std::string DidYouMean(std::string_view name, absl::Span<const std::string_view> known);

}  // namespace pathsweep

// "did you mean" for misspelt names.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pathsweep {

// ", did you mean `depth`?" if one of `known` is close to `name`, else "".
std::string DidYouMean(absl::string_view name, absl::Span<const absl::string_view> known);

}  // namespace pathsweep

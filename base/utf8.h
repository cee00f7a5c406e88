// Cuts UTF-8 text to a size. Protobuf refuses a message whose text ends in half a character.
//
// Pure; thread safe.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace pathsweep {

// As many whole characters from the start of `text` as have at most `size` bytes.
absl::string_view Utf8Prefix(absl::string_view text, size_t size);

}  // namespace pathsweep

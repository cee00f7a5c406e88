// CRC-32 as zlib and PNG have it.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace pathsweep {

// Of `data`, or of what gave `before` followed by `data`.
uint32_t Crc32(absl::string_view data, uint32_t before = 0);

}  // namespace pathsweep

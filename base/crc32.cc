#include "base/crc32.h"

#include <zlib.h>

namespace pathsweep {

uint32_t Crc32(absl::string_view data, uint32_t before) {
  return static_cast<uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

}  // namespace pathsweep

#include "base/utf8.h"

namespace pathsweep {

absl::string_view Utf8Prefix(absl::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (text[size] & 0xC0) == 0x80) --size;  // within a character
  return text.substr(0, size);
}

}  // namespace pathsweep

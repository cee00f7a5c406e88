#include "base/metrics_hash.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"

namespace pathsweep {
namespace {

// FNV-1a (Fowler, Noll, Vo), 64 bits.
class Fnv {
 public:
  void AddByte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3; }
  void AddNumber(uint64_t number) {
    for (int i = 0; i < 8; ++i) AddByte(static_cast<uint8_t>(number >> (8 * i)));
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325;
};

// The finalizer of MurmurHash3, so that sums of hashes do not cancel by their form.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
  return x ^ (x >> 33);
}

}  // namespace

void MetricsHash::Add(int64_t step, absl::string_view metric, double value) {
  if (metric == kSamplesPerSecond) return;
  Fnv hash;
  hash.AddNumber(static_cast<uint64_t>(step));
  for (char letter : metric) hash.AddByte(static_cast<uint8_t>(letter));
  hash.AddNumber(std::bit_cast<uint64_t>(value));
  value_ += Mix(hash.value());
}

std::string MetricsHash::Text() const { return absl::StrCat(absl::Hex(value_, absl::kZeroPad16)); }

}  // namespace pathsweep

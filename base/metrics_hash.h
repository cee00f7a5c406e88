// A number that two metric streams share only if they are the same, bit for bit: what a trial
// measured, in whichever order and by however many attempts.
//
//   MetricsHash hash;
//   hash.Add(/*step=*/250, "exact_match", 0.5);
//   hash.Text();  // "9f2d…"
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace pathsweep {

class MetricsHash {
 public:
  MetricsHash() = default;
  explicit MetricsHash(uint64_t value) : value_(value) {}

  // `samples_per_second` says nothing of the training and adds nothing.
  void Add(int64_t step, absl::string_view metric, double value);

  // 0 of an empty stream. A sum over measurements, so that the order does not matter.
  uint64_t value() const { return value_; }
  // 16 hexadecimal digits.
  std::string Text() const;

 private:
  uint64_t value_ = 0;
};

}  // namespace pathsweep

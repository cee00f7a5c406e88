#include "worker/task/sample_order.h"

#include <bit>

#include "base/philox.h"
#include "worker/task/path_star.h"

namespace pathsweep {
namespace {

constexpr int kRounds = 4;

// A permutation of {0, …, 4^half_bits − 1}, keyed by seed and epoch.
uint64_t Feistel(uint64_t seed, uint64_t epoch, int half_bits, uint64_t value) {
  const uint32_t mask = (uint32_t{1} << half_bits) - 1;
  auto left = static_cast<uint32_t>(value >> half_bits);
  auto right = static_cast<uint32_t>(value) & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const PhiloxBlock block = Philox4x32(
        {{right, static_cast<uint32_t>(epoch), static_cast<uint32_t>(Stream::kTrainOrder), round}},
        seed);
    const uint32_t next = left ^ (block.words[0] & mask);
    left = right;
    right = next;
  }
  return (uint64_t{left} << half_bits) | right;
}

}  // namespace

uint64_t TrainingGraph(uint64_t seed, uint64_t train_samples, uint64_t position) {
  if (train_samples == 0) return position;
  const uint64_t epoch = position / train_samples;
  const int half_bits = (std::bit_width(train_samples - 1) + 1) / 2;
  uint64_t index = position % train_samples;
  do {
    index = Feistel(seed, epoch, half_bits, index);
  } while (index >= train_samples);
  return index;
}

}  // namespace pathsweep

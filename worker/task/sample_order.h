// Which training graph comes when.
//
// With `train_samples` = 0 every graph is new. Otherwise the graphs 0 … train_samples − 1
// come in epochs, each in an order of its own without repetition. The order is computed,
// not stored: a keyed permutation (a Feistel network over Philox, walked until it lands
// inside the range; Black & Rogaway, "Ciphers with Arbitrary Finite Domains", 2002), so
// resuming needs no state. Compiles for the CPU and, under nvcc, for the GPU. Pure; thread safe.
#pragma once

#include <cstdint>

#include "base/philox.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// A permutation of {0, …, 4^half_bits − 1}, keyed by seed and epoch.
PATHSWEEP_HOST_DEVICE inline uint64_t PermuteByFeistel(uint64_t seed, uint64_t epoch, int half_bits,
                                                       uint64_t value) {
  constexpr uint32_t kRounds = 4;
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

// Index of the `position`-th training graph, counted over the whole training.
PATHSWEEP_HOST_DEVICE inline uint64_t TrainingGraph(uint64_t seed, uint64_t train_samples,
                                                    uint64_t position) {
  if (train_samples == 0) return position;
  const uint64_t epoch = position / train_samples;
  int half_bits = 0;
  while (uint64_t{1} << (2 * half_bits) < train_samples) ++half_bits;
  uint64_t index = position % train_samples;
  do {
    index = PermuteByFeistel(seed, epoch, half_bits, index);
  } while (index >= train_samples);
  return index;
}

}  // namespace pathsweep

// Which training graph comes when.
//
// With `train_samples` = 0 every graph is new. Otherwise the graphs 0 … train_samples − 1
// come in epochs, each in an order of its own without repetition. The order is computed,
// not stored: a keyed permutation (a Feistel network over Philox, walked until it lands
// inside the range; Black & Rogaway, "Ciphers with Arbitrary Finite Domains", 2002), so
// resuming needs no state. Pure; thread safe.
#pragma once

#include <cstdint>

namespace pathsweep {

// Index of the `position`-th training graph, counted over the whole training.
uint64_t TrainingGraph(uint64_t seed, uint64_t train_samples, uint64_t position);

}  // namespace pathsweep

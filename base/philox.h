// Philox4x32-10, a counter-based random number generator (Salmon et al.,
// "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
//
// Block number `counter` of the stream (key, stream) is a pure function, so the
// same draws come out on any machine, in any order, before and after a resume.
// The header compiles for the CPU and, under nvcc, for the GPU.
//
//   PhiloxStream random(/*key=*/seed, kTrainSamples, /*index=*/i);
//   uint32_t label = random.Below(50);
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define PATHSWEEP_HOST_DEVICE __host__ __device__
#else
#define PATHSWEEP_HOST_DEVICE
#endif

namespace pathsweep {

struct PhiloxBlock {
  uint32_t words[4];
};

// One application of the ten-round bijection.
PATHSWEEP_HOST_DEVICE inline PhiloxBlock Philox4x32(PhiloxBlock counter, uint64_t key) {
  uint32_t key_low = static_cast<uint32_t>(key);
  uint32_t key_high = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t{0xD2511F53} * counter.words[0];
    const uint64_t second = uint64_t{0xCD9E8D57} * counter.words[2];
    counter = {{static_cast<uint32_t>(second >> 32) ^ counter.words[1] ^ key_low,
                static_cast<uint32_t>(second),
                static_cast<uint32_t>(first >> 32) ^ counter.words[3] ^ key_high,
                static_cast<uint32_t>(first)}};
    key_low += 0x9E3779B9;
    key_high += 0xBB67AE85;
  }
  return counter;
}

// The draws that belong to item `index` of stream `stream` under `key`.
// Not thread safe; cheap to construct, so make one per item.
class PhiloxStream {
 public:
  PATHSWEEP_HOST_DEVICE PhiloxStream(uint64_t key, uint32_t stream, uint64_t index)
      : key_(key), stream_(stream), index_(index) {}

  // 32 uniform bits.
  PATHSWEEP_HOST_DEVICE uint32_t Next() {
    if (used_ == 4) Refill();
    return block_.words[used_++];
  }

  // Uniform on {0, …, bound − 1} by multiply-shift. The bias is below
  // bound / 2^32, which no sample size reached here can detect.
  PATHSWEEP_HOST_DEVICE uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>((uint64_t{Next()} * bound) >> 32);
  }

  // Uniform on (0, 1], never 0, so that its logarithm is finite.
  PATHSWEEP_HOST_DEVICE double Uniform() { return (Next() + 1.0) * 0x1p-32; }

 private:
  PATHSWEEP_HOST_DEVICE void Refill() {
    block_ = Philox4x32({{static_cast<uint32_t>(index_), static_cast<uint32_t>(index_ >> 32),
                          stream_, next_block_++}},
                        key_);
    used_ = 0;
  }

  uint64_t key_;
  uint32_t stream_;
  uint64_t index_;
  uint32_t next_block_ = 0;
  int used_ = 4;
  PhiloxBlock block_{};
};

}  // namespace pathsweep

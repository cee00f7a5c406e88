// How much of a device's memory trials take that train as one model: measured, for nobody can say
// beforehand what a step's intermediate results need.
//
//   MemoryProbe probe(torch::kCPU);
//   trials.Add(…); trials.Step();
//   int more = RoomFor(trials.size(), probe.Peak(), probe.Free());
//
// Of the whole process and device, so one company of trials should train at a time. Not thread
// safe.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace pathsweep {

class MemoryProbe {
 public:
  // What is in use now is not the trials'.
  explicit MemoryProbe(torch::Device device);

  // From here on the highest use counts.
  void Restart();

  // The highest use since then, in bytes.
  int64_t Peak() const;
  // Bytes that are left to the process when its use is highest.
  int64_t Free() const;

 private:
  struct Use {
    int64_t now;
    int64_t highest;
  };
  Use Measure() const;

  const torch::Device device_;
  int64_t before_ = 0;
};

// Trials like the `count` that took `peak` bytes together for which `free` bytes are enough, with a
// tenth to spare; no more than `count`, so that an estimate is never stretched far.
int RoomFor(int count, int64_t peak, int64_t free);

}  // namespace pathsweep

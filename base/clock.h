// Time as an injected collaborator. Domain code takes `now` as an argument instead.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace pathsweep {

// Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace pathsweep

// Shares out what a device consumes: at any time in equal parts among those that use it.
//
//   EnergyMeter<AttemptKey> meter;
//   meter.Start(attempt, reading);
//   double joules = meter.End(attempt, later_reading);
//
// Of one worker's trials: what another worker does on the same device counts for them too. Not
// thread safe.
#pragma once

#include <algorithm>
#include <map>

namespace pathsweep {

template <typename User>
class EnergyMeter {
 public:
  // `total` is what the device has consumed so far, in joules.
  void Start(const User& user, double total) {
    Advance(total);
    users_.emplace(user, each_);
  }

  // What was its part; 0 if it has not started.
  double End(const User& user, double total) {
    Advance(total);
    const auto found = users_.find(user);
    if (found == users_.end()) return 0;
    const double part = each_ - found->second;
    users_.erase(found);
    return part;
  }

  // Its part is not known.
  void Drop(const User& user) { users_.erase(user); }

 private:
  void Advance(double total) {
    // A counter that has gone back has begun anew.
    if (!users_.empty()) each_ += std::max(total - last_, 0.0) / static_cast<double>(users_.size());
    last_ = total;
  }

  double each_ = 0;  // the part of one that had been there from the beginning
  double last_ = 0;
  std::map<User, double> users_;  // and each_ when they started
};

}  // namespace pathsweep

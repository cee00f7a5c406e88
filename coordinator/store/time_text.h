// Times in the database: RFC 3339 in UTC to the millisecond, "2025-01-31T09:30:00.125Z".
#pragma once

#include <string>

#include "absl/time/time.h"

namespace pathsweep {

inline std::string TimeToText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// The epoch if the text is not a time.
inline absl::Time TimeFromText(const std::string& text) {
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) ? time : absl::UnixEpoch();
}

}  // namespace pathsweep

// google.protobuf.Duration and absl::Duration.
#pragma once

#include <google/protobuf/duration.pb.h>

#include "absl/time/time.h"

namespace pathsweep {

inline absl::Duration ToDuration(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

// Requires that the duration is finite.
inline void ToProto(absl::Duration duration, google::protobuf::Duration& proto) {
  proto.set_seconds(absl::ToInt64Seconds(duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
}

}  // namespace pathsweep

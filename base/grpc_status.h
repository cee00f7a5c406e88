// absl::Status and grpc::Status carry the same codes; these convert between them.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace pathsweep {

// A very long message is cut: what does not fit gRPC's headers would be another error.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace pathsweep

// The version of the worker protocol (proto/pathsweep/v1/worker_service.proto). A worker
// sends its own; a coordinator refuses any other.
#pragma once

namespace pathsweep {

inline constexpr int kProtocolVersion = 2;

}  // namespace pathsweep

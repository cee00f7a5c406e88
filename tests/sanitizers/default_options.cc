// What the sanitizers are told in every program of a build with PATHSWEEP_SANITIZE: the
// runtimes call these functions at start. gRPC, Abseil, protobuf and LibTorch are used as
// their packages built them, without instrumentation; every line here follows from that.

extern "C" {

const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

const char* __tsan_default_options() { return "halt_on_error=0:second_deadlock_stack=1"; }

// gRPC hands buffers, statuses and mutexes from thread to thread under locks and reference
// counts of its own, which the sanitizer cannot see: every message looks like a race
// between two frames of gRPC, or of the code of its headers that is compiled into us.
// Suppressed are calls that those libraries make themselves, not all that runs on their
// threads: our handlers' state stays watched.
const char* __tsan_default_suppressions() {
  return "called_from_lib:libgrpc.so\n"
         "called_from_lib:libgrpc++.so\n"
         "called_from_lib:libgpr.so\n"
         "called_from_lib:libabsl_cord.so\n"
         "called_from_lib:libabsl_graphcycles_internal.so\n"
         "called_from_lib:libabsl_status.so\n"
         "called_from_lib:libabsl_time_zone.so\n"
         "race:^grpc_\n"
         "race:^grpc::internal::\n"
         "race:^grpc::ByteBuffer\n"
         "race:^grpc::ProtoBuffer\n"
         "race_top:^__tsan_mutex_\n";
}

}  // extern "C"

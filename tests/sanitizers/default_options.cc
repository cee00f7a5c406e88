// What the sanitizers are told in every program of a build with PATHSWEEP_SANITIZE: the
// runtimes call these functions at start. gRPC, Abseil, protobuf and LibTorch are used as
// their packages built them, without instrumentation; every line here follows from that.

extern "C" {

const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

const char* __tsan_default_options() { return "halt_on_error=0:second_deadlock_stack=1"; }

}  // extern "C"

// Lets ThreadSanitizer see absl::Mutex. The system's Abseil is built without it and locks
// with atomics and futexes that the sanitizer cannot follow, so that correctly locked data
// would be reported as a race. These definitions stand before the library's for the whole
// process, gRPC included: each tells the sanitizer what it does and calls the library's.
//
// Linked into programs of a build with PATHSWEEP_SANITIZE=thread, and only there.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/synchronization/mutex.h"

#define PATHSWEEP_TEXT(x) #x
#define PATHSWEEP_EXPANDED_TEXT(x) PATHSWEEP_TEXT(x)

namespace {

// The library's function `name`, which is mangled from the class on: Abseil's functions
// live in a versioned inline namespace, whose name differs between distributions.
void* LibraryFunction(const char* name) {
  constexpr std::string_view kInlineNamespace =
      PATHSWEEP_EXPANDED_TEXT(ABSL_OPTION_INLINE_NAMESPACE_NAME);
  const std::string symbol =
      "_ZN4absl" + std::to_string(kInlineNamespace.size()) + std::string(kInlineNamespace) + name;
  void* function = dlsym(RTLD_NEXT, symbol.c_str());
  if (function == nullptr) {
    std::fprintf(stderr, "absl_mutex_tsan: Abseil's library has no %s\n", symbol.c_str());
    std::abort();
  }
  return function;
}

template <typename Function>
Function* As(void* function) {
  return reinterpret_cast<Function*>(function);
}

// The span of a call that gives the mutex up, and of one that takes it. In between the
// sanitizer looks away, also from a waiter's condition that the library evaluates.
void Releasing(void* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
}

class Acquiring {
 public:
  explicit Acquiring(void* mutex) : mutex_(mutex) { __tsan_mutex_pre_lock(mutex_, 0); }
  ~Acquiring() { __tsan_mutex_post_lock(mutex_, 0, 0); }

 private:
  void* mutex_;
};

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static const auto function = As<void(Mutex*)>(LibraryFunction("5Mutex4LockEv"));
  Acquiring acquiring(this);
  function(this);
}

void Mutex::Unlock() {
  static const auto function = As<void(Mutex*)>(LibraryFunction("5Mutex6UnlockEv"));
  __tsan_mutex_pre_unlock(this, 0);
  function(this);
  __tsan_mutex_post_unlock(this, 0);
}

bool Mutex::TryLock() {
  static const auto function = As<bool(Mutex*)>(LibraryFunction("5Mutex7TryLockEv"));
  __tsan_mutex_pre_lock(this, __tsan_mutex_try_lock);
  const bool locked = function(this);
  __tsan_mutex_post_lock(this, __tsan_mutex_try_lock | (locked ? 0 : __tsan_mutex_try_lock_failed),
                         0);
  return locked;
}

void Mutex::Await(const Condition& condition) {
  static const auto function =
      As<void(Mutex*, const Condition&)>(LibraryFunction("5Mutex5AwaitERKNS0_9ConditionE"));
  Releasing(this);
  Acquiring acquiring(this);
  function(this, condition);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static const auto function = As<bool(Mutex*, const Condition&, Time)>(
      LibraryFunction("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  Releasing(this);
  Acquiring acquiring(this);
  return function(this, condition, deadline);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return AwaitWithDeadline(condition, absl::Now() + timeout);
}

void Mutex::LockWhen(const Condition& condition) {
  Lock();
  Await(condition);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  Lock();
  return AwaitWithDeadline(condition, deadline);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  Lock();
  return AwaitWithTimeout(condition, timeout);
}

void CondVar::Wait(Mutex* mutex) {
  static const auto function =
      As<void(CondVar*, Mutex*)>(LibraryFunction("7CondVar4WaitEPNS0_5MutexE"));
  Releasing(mutex);
  Acquiring acquiring(mutex);
  function(this, mutex);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static const auto function = As<bool(CondVar*, Mutex*, Time)>(
      LibraryFunction("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"));
  Releasing(mutex);
  Acquiring acquiring(mutex);
  return function(this, mutex, deadline);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  return WaitWithDeadline(mutex, absl::Now() + timeout);
}

ABSL_NAMESPACE_END
}  // namespace absl

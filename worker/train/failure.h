#pragma once

#include <c10/util/Exception.h>

#include <new>
#include <optional>
#include <string>

namespace pathsweep {

struct Failure {
  std::string message;
  bool out_of_memory;
};

// CUDA, its libraries and LibTorch's memory on the CPU have errors of their own for it.
bool SaysOutOfMemory(const std::string& message);

// What went wrong, if something did.
template <typename Work>
std::optional<Failure> Try(Work work) {
  try {
    work();
  } catch (const c10::OutOfMemoryError& error) {
    return Failure{error.what_without_backtrace(), true};
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    return Failure{message, SaysOutOfMemory(message)};
  } catch (const std::bad_alloc& error) {
    return Failure{error.what(), true};
  } catch (const std::exception& error) {
    return Failure{error.what(), false};
  }
  return std::nullopt;
}

}  // namespace pathsweep

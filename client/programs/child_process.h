// A program started beside sweepctl, that never outlives it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pathsweep {

// Where in PATH it is. FailedPrecondition, with the words `advice`, if it is not there.
absl::StatusOr<std::filesystem::path> FindProgram(const std::string& name,
                                                  const std::string& advice);

// Internal, with what the program said.
absl::Status FailureOf(const std::string& program, absl::string_view said);

class ChildProcess {
 public:
  // Output is appended to `log`. The child is in a process group of its own, so that a
  // terminal's Ctrl-C reaches sweepctl alone, and gets SIGTERM if sweepctl dies.
  // FailedPrecondition if the program or the log cannot be opened.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::filesystem::path& program, const std::vector<std::string>& arguments,
      const std::filesystem::path& log);
  // Terminates the child, and what it has started with it.
  ~ChildProcess();

  bool Running();
  // Sends SIGTERM, once: a second one would hurry the child. Wait then ends it by SIGKILL if it is
  // still there at the deadline.
  void Terminate();
  void Wait(absl::Time deadline);
  // It ended by itself, and without an error.
  bool Succeeded() const { return succeeded_; }

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  bool running_ = true;
  bool terminated_ = false;
  bool succeeded_ = false;
};

}  // namespace pathsweep

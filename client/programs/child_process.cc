#include "client/programs/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(20);
constexpr absl::Duration kGrace = absl::Seconds(15);

// In the child, between fork and exec: nothing but system calls.
[[noreturn]] void Execute(char* const* arguments, int output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const int input = open("/dev/null", O_RDONLY);
  if (input >= 0) dup2(input, STDIN_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::filesystem::path> FindProgram(const std::string& name,
                                                  const std::string& advice) {
  const char* path = std::getenv("PATH");
  for (absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    if (folder.empty()) continue;
    std::filesystem::path program = std::filesystem::path(std::string(folder)) / name;
    std::error_code missing;
    const bool is_file = std::filesystem::is_regular_file(program, missing);
    if (is_file && access(program.c_str(), X_OK) == 0) return program;
  }
  return absl::FailedPreconditionError(absl::StrCat(name, " is not in PATH; ", advice));
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::filesystem::path& program, const std::vector<std::string>& arguments,
    const std::filesystem::path& log) {
  if (access(program.c_str(), X_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot start `", program.string(), "`: ", std::strerror(errno),
                     "; it is built beside sweepctl by deploy/setup.sh"));
  }
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot write `", log.string(), "`: ", std::strerror(errno)));
  }
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) Execute(pointers.data(), output);
  if (pid > 0) setpgid(pid, pid);  // as the child does: whoever is first
  close(output);
  if (pid < 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot start `", program.string(), "`: ", std::strerror(errno)));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid));
}

absl::Status FailureOf(const std::string& program, absl::string_view said) {
  said = absl::StripAsciiWhitespace(said);
  return absl::InternalError(
      absl::StrCat(program, said.empty() ? " failed without a word" : " failed: ", said));
}

ChildProcess::~ChildProcess() {
  Terminate();
  Wait(absl::Now() + kGrace);
}

bool ChildProcess::Running() {
  if (!running_) return false;
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  running_ = ended == 0;
  succeeded_ = ended == pid_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return running_;
}

void ChildProcess::Terminate() {
  if (Running() && !std::exchange(terminated_, true)) kill(-pid_, SIGTERM);
}

void ChildProcess::Wait(absl::Time deadline) {
  while (Running() && absl::Now() < deadline) absl::SleepFor(kPoll);
  if (!running_) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  running_ = false;
}

}  // namespace pathsweep

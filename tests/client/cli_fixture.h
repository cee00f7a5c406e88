// The command line as a function: arguments in, text and exit code out, against a coordinator in
// this process that gives canned answers.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli.h"
#include "tests/client/canned_service.h"

namespace pathsweep {

// None, or one as soon as somebody listens.
class CannedInterrupts : public Interrupts {
 public:
  explicit CannedInterrupts(bool interrupted) : interrupted_(interrupted) {}
  void Catch() override {}
  bool Wait(absl::Duration) override { return !interrupted_; }

 private:
  const bool interrupted_;
};

struct Output {
  int code;
  std::string out;
  std::string err;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    file_ = ::testing::TempDir() + absl::StrCat("cli_test-", getpid(), ".yaml");
    std::ofstream(file_) << "name: demo\nmethod: grid\nparameters:\n"
                            "  lr: {values: [1e-3, 3e-3]}\n  depth: {values: [2, 4]}\nseeds: 2\n";
  }
  ~CliTest() override { std::filesystem::remove(file_); }

  Output Run(std::vector<std::string> arguments, bool interrupted = false) {
    std::vector<std::string> all = {"sweepctl", "--server", absl::StrCat("127.0.0.1:", port_)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunAs(all, interrupted);
  }

  static Output RunAs(const std::vector<std::string>& words, bool interrupted = false) {
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out, err;
    const SystemClock clock;
    CannedInterrupts interrupts(interrupted);
    Environment environment{out, err, /*terminal=*/false, clock, interrupts, "/nowhere"};
    const ExitCode code = RunCli(static_cast<int>(argv.size()), argv.data(), environment);
    return {static_cast<int>(code), out.str(), err.str()};
  }

  CannedService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::string file_;
};

}  // namespace pathsweep

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

class CompletionTest : public CliTest {
 protected:
  // The script in a real bash: what it offers after a line.
  static std::string Completed(const std::string& line) {
    const std::string path = ::testing::TempDir() + absl::StrCat("completion-", getpid());
    std::ofstream(path) << RunAs({"sweepctl", "completion", "bash"}).out << "COMP_WORDS=(" << line
                        << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_sweepctl\n"
                        << "echo \"${COMPREPLY[*]}\"\n";
    std::string offered(4096, 0);
    FILE* bash = popen(("bash " + path).c_str(), "r");
    offered.resize(fread(offered.data(), 1, offered.size(), bash));
    pclose(bash);
    std::filesystem::remove(path);
    return offered;
  }
};

TEST_F(CompletionTest, BashCompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(Completed("sweepctl sub"), "submit\n");
  EXPECT_EQ(Completed("sweepctl task ''"), "generate check\n");
  EXPECT_EQ(Completed("sweepctl task generate --de"), "--degree\n");
  EXPECT_EQ(Completed("sweepctl list --output j"), "json\n");
  EXPECT_EQ(Completed("sweepctl completion ''"), "bash zsh fish\n");
  EXPECT_EQ(Completed("sweepctl table list --me"), "--metric\n");
  EXPECT_EQ(Completed("sweepctl --server list ta"), "table task\n");
  EXPECT_EQ(Completed("sweepctl list --output = j"), "json\n");
  EXPECT_EQ(Completed("sweepctl backup --fo"), "--force\n");
}

TEST_F(CompletionTest, CompletionKnowsEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Output output = RunAs({"sweepctl", "completion", shell});
    EXPECT_EQ(output.code, 0);
    for (const char* word : {"submit", "run", "table", "rows", "dry-run", "backup"}) {
      EXPECT_THAT(output.out, HasSubstr(word)) << shell;
    }
  }
}

}  // namespace
}  // namespace pathsweep

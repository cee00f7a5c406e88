#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace pathsweep {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// A folder for the file of `backup`, and what is in it afterwards.
class BackupTest : public CliTest {
 protected:
  BackupTest() { std::filesystem::create_directory(folder_); }
  ~BackupTest() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ostringstream content;
    content << std::ifstream(path_).rdbuf();
    return content.str();
  }
  // The code and words of a backup that does not succeed; it must leave nothing.
  void ExpectFailure(const Output& output, int code, const std::string& words) {
    EXPECT_EQ(output.code, code);
    EXPECT_EQ(output.out, "");
    EXPECT_THAT(output.err, HasSubstr(words));
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
  }

  const std::string folder_ = file_ + "-backup";
  const std::string path_ = folder_ + "/backup.db";
};

TEST_F(BackupTest, WritesTheFileAndSaysHowLargeItIs) {
  const Output table = Run({"backup", path_});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.out, path_ + ": 3000000 bytes\n");
  EXPECT_TRUE(Content() == service_.backup);
  const Output machine = Run({"backup", path_, "--force", "--output", "json"});
  EXPECT_EQ(json::parse(machine.out), json({{"file", path_}, {"bytes", 3'000'000}}));
}

TEST_F(BackupTest, ReplacesAFileByForceOnly) {
  std::ofstream(path_) << "precious";
  const Output refused = Run({"backup", path_});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(Content(), "precious");
  service_.cut = true;
  EXPECT_EQ(Run({"backup", path_, "--force"}).code, 1);
  EXPECT_EQ(Content(), "precious") << "until there is a whole one";
  service_.cut = false;
  EXPECT_EQ(Run({"backup", path_, "--force"}).code, 0);
  EXPECT_EQ(Content().size(), 3'000'000u);
}

TEST_F(BackupTest, NeverReplacesADatabaseInUseOrADevice) {
  std::ofstream(path_) << "precious";
  std::ofstream(path_ + "-wal") << "precious";
  const Output in_use = Run({"backup", path_, "--force"});
  EXPECT_EQ(in_use.code, 2);
  EXPECT_THAT(in_use.err, HasSubstr("in use"));
  EXPECT_EQ(Content(), "precious");
  EXPECT_EQ(Run({"backup", "/dev/null", "--force"}).code, 2);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(BackupTest, WhatCannotBeWrittenIsSaidBeforeAnythingIsAsked) {
  const Output output = Run({"backup", folder_ + "/no/such/backup.db"});
  ExpectFailure(output, 2, "no/such/backup.db");
  EXPECT_THAT(output.err, HasSubstr("name a file in a folder that can be written"));
}

TEST_F(BackupTest, StreamThatIsCutOffLeavesNothing) {
  service_.cut = true;
  ExpectFailure(Run({"backup", path_}), 1, "cut off");
  service_.backup_end = {grpc::StatusCode::UNAVAILABLE, "Socket closed"};
  ExpectFailure(Run({"backup", path_}), 3, "broke off: Socket closed; no backup was written");
  service_.backup_end = {grpc::StatusCode::CANCELLED, "ending"};
  ExpectFailure(Run({"backup", path_}), 3, "broke off");
}

TEST_F(BackupTest, CoordinatorWithoutRoomIsAFailureThatLeavesNothing) {
  service_.cut = true;
  service_.backup_end = {grpc::StatusCode::RESOURCE_EXHAUSTED, "make room and try again"};
  ExpectFailure(Run({"backup", path_}), 1, "make room");
}

TEST_F(BackupTest, InterruptEndsItAndLeavesNothing) {
  service_.endless = true;
  ExpectFailure(Run({"backup", path_}, /*interrupted=*/true), 130, "interrupted");
}

TEST_F(BackupTest, UnreachableCoordinatorLeavesNothing) {
  ExpectFailure(RunAs({"sweepctl", "--server", "127.0.0.1:1", "backup", path_}), 3,
                "no coordinator answers");
}

// The limit of this process stands for a full disk.
TEST_F(BackupTest, FileThatCannotGrowIsAFailureThatLeavesNothing) {
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{1'000'000, old.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const Output output = Run({"backup", path_});
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, handler);
  ExpectFailure(output, 1, absl::StrCat("cannot write `", path_, "`"));
}

}  // namespace
}  // namespace pathsweep

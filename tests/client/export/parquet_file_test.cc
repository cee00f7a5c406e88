#include "client/export/parquet_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace pathsweep {
namespace {

using ::testing::HasSubstr;

// A `duckdb` of a few lines of shell, alone in PATH but for the system's programs.
class ParquetTest : public ::testing::Test {
 protected:
  ~ParquetTest() override { setenv("PATH", path_.c_str(), 1); }

  // Ends it when the file of the folder is there.
  absl::Status MakeWith(const std::string& script, const std::string& until = "none") {
    const std::filesystem::path program = folder_.path() / "duckdb";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    setenv("PATH", absl::StrCat(folder_.path().string(), ":/usr/bin:/bin").c_str(), 1);
    return MakeParquet(folder_, "trials.csv", "trials.parquet",
                       {{"trial", RecordColumn::Type::kInteger}, {"lr", RecordColumn::Type::kReal}},
                       [&](absl::Duration pause) {
                         absl::SleepFor(pause);
                         return folder_.BytesOf(until).empty();
                       });
  }

  const std::string path_ = std::getenv("PATH");
  const ScratchFolder folder_ = ScratchFolder::Make().value();
};

TEST_F(ParquetTest, ColumnsHaveTheTypesThatTheyAreSaidToHave) {
  const std::string folder = folder_.path().string();
  ASSERT_TRUE(MakeWith(absl::StrCat("echo \"$4\" > ", folder, "/sql; echo PAR1 > ", folder,
                                    "/trials.parquet"))
                  .ok());
  EXPECT_THAT(folder_.BytesOf("sql"), HasSubstr("columns = {'trial': 'BIGINT', 'lr': 'DOUBLE'}"));
  EXPECT_THAT(folder_.BytesOf("sql"), HasSubstr("auto_detect = false"));
}

TEST_F(ParquetTest, AProgramThatFailsOrWritesNothingIsAnError) {
  EXPECT_EQ(MakeWith("exit 0").message(), "duckdb failed without a word");
  EXPECT_EQ(MakeWith("echo no room >&2; exit 1").message(), "duckdb failed: no room");
}

TEST_F(ParquetTest, AnInterruptEndsTheProgramAndAllThatItStarted) {
  const std::string started = (folder_.path() / "pid").string();
  const absl::Status status =
      MakeWith(absl::StrCat("sleep 60 & echo $! > ", started, "; wait"), "pid");
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  // What has ended has no program any more, even where nobody has asked for its exit code.
  const std::string program = absl::StrCat("/proc/", std::stoi(folder_.BytesOf("pid")), "/exe");
  std::error_code gone;
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (std::filesystem::exists(program, gone) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LT(absl::Now(), deadline);
}

TEST_F(ParquetTest, WithoutTheProgramItSaysWhereToGetIt) {
  setenv("PATH", ":/nonexistent", 1);
  EXPECT_THAT(std::string(FindDuckdb().status().message()), HasSubstr("pip install duckdb-cli"));
  std::filesystem::create_directory(folder_.path() / "duckdb");
  setenv("PATH", folder_.path().c_str(), 1);
  EXPECT_FALSE(FindDuckdb().ok()) << "a folder is no program";
}

}  // namespace
}  // namespace pathsweep

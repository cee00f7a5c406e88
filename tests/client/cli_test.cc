#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/client/cli_fixture.h"

namespace pathsweep {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(CliTest, WhatIsNotThereHasItsOwnCode) {
  const Output output = Run({"show", "x"});
  EXPECT_EQ(output.code, 4);
  EXPECT_EQ(output.err, "sweepctl: no sweep `x`\n");
}

TEST_F(CliTest, UnreachableCoordinatorIsNamed) {
  const Output output = RunAs({"sweepctl", "--server", "127.0.0.1:1", "list"});
  EXPECT_EQ(output.code, 3);
  EXPECT_THAT(output.err, HasSubstr("no coordinator answers at 127.0.0.1:1"));
}

TEST_F(CliTest, WrongArgumentsAreUsageErrors) {
  EXPECT_EQ(RunAs({"sweepctl"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "sumbit"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "list", "--output", "xml"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "trial", "one"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "--help"}).code, 0);
  EXPECT_EQ(RunAs({"sweepctl", "submit", "missing.yaml"}).code, 2);
}

TEST_F(CliTest, MisspeltWordsNameTheClosest) {
  EXPECT_THAT(RunAs({"sweepctl", "shw", "demo"}).err,
              HasSubstr("unknown command `shw`, did you mean `show`?"));
  EXPECT_THAT(RunAs({"sweepctl", "list", "--outptu=json"}).err,
              HasSubstr("unknown option `--outptu`, did you mean `--output`?"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "check"}).err,
              HasSubstr("see `sweepctl task check --help`"));
  EXPECT_THAT(RunAs({"sweepctl", "list", "--output", "yaml"}).err,
              HasSubstr("--output must be table, json, csv, markdown or latex, not `yaml`"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "generate", "--seed", "-1"}).err,
              HasSubstr("a seed is an integer from 0"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "generate", "--seed", "18446744073709551616"}).err,
              HasSubstr("a seed is an integer from 0"));
}

TEST_F(CliTest, GeneratedTaskFilesAreValid) {
  const Output generated = RunAs({"sweepctl", "task", "generate", "--degree", "3", "--length", "4",
                                  "--nodes", "12", "--count", "50", "--seed", "9"});
  const std::string path = file_ + ".txt";
  std::ofstream(path) << generated.out;
  const Output checked = RunAs({"sweepctl", "--output", "json", "task", "check", path});
  EXPECT_EQ(checked.code, 0) << checked.err;
  const json report = json::parse(checked.out);
  EXPECT_EQ(report["valid"], 50);
  EXPECT_EQ(
      report["graphs"],
      json::array({{{"degree", 3}, {"length", 4}, {"nodes_at_least", 12}, {"examples", 50}}}));
  std::ofstream(path) << "0,1|0,2/0,1=0,1\n0,1|0,2/0,1=0,2\nnonsense\n";
  const Output bad = RunAs({"sweepctl", "task", "check", path});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr(path + ":2: the path should be 0,1"));
  EXPECT_THAT(bad.err, HasSubstr(path + ":3: the line does not read edges/start,goal=path"));
  std::filesystem::remove(path);
}

TEST_F(CliTest, DocumentedParametersAreThoseOfTheTable) {
  std::ifstream file(PATHSWEEP_SOURCE_DIR "/docs/parameters.md");
  std::stringstream documented;
  documented << file.rdbuf();
  EXPECT_THAT(documented.str(),
              HasSubstr(RunAs({"sweepctl", "parameters", "--output", "markdown"}).out))
      << "write docs/parameters.md anew from `sweepctl parameters --output markdown`";
}

}  // namespace
}  // namespace pathsweep

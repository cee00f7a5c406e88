#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/client/cli_fixture.h"

namespace pathsweep {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(CliTest, SubmitPrintsNameNumberAndTrials) {
  const Output output = Run({"submit", file_, "--output", "json"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(json::parse(output.out), json({{"sweep", "demo"}, {"id", 3}, {"trials", 12}}));
  EXPECT_EQ(service_.submitted.spec().axes_size(), 2);
  EXPECT_FALSE(service_.submitted.request_id().empty());
}

TEST_F(CliTest, SubmitPrintsTheNameAloneForShells) {
  const Output output = Run({"submit", file_});
  EXPECT_EQ(output.out, "demo\n");
  EXPECT_EQ(output.err, "12 trials queued\n");
}

TEST_F(CliTest, DryRunNeedsNoCoordinator) {
  const Output output = RunAs({"sweepctl", "submit", file_, "--dry-run"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out,
            "trial   seed  lr     depth\n"
            "1 of 8  1     0.001  2\n"
            "2 of 8  1     0.001  4\n"
            "3 of 8  1     0.003  2\n"
            "4 of 8  1     0.003  4\n"
            "5 of 8  2     0.001  2\n");
}

TEST_F(CliTest, ShowHasTheStateAndTheCountsThatScriptsRelyOn) {
  const Output output = Run({"show", "demo", "--output", "json"});
  const json shown = json::parse(output.out);
  EXPECT_EQ(shown["state"], "finished");
  EXPECT_EQ(shown["trials"], json({{"total", 12},
                                   {"pending", 0},
                                   {"running", 0},
                                   {"succeeded", 11},
                                   {"failed", 1},
                                   {"stopped", 0},
                                   {"paused", 0},
                                   {"cancelled", 0}}));
}

TEST_F(CliTest, TrialsAreListedOverAllPages) {
  const json trials = json::parse(Run({"trials", "demo", "--output", "json"}).out);
  ASSERT_EQ(trials.size(), 2u);
  EXPECT_EQ(trials[0]["id"], 1);
  EXPECT_EQ(trials[0]["state"], "succeeded");
  EXPECT_EQ(trials[0]["metrics"], json({{"exact_match", 0.5}}));
  EXPECT_EQ(trials[1]["parameters"]["lr"], 3e-3);
  EXPECT_EQ(trials[1]["parameters"]["tie_embeddings"], false);
  EXPECT_EQ(Run({"trials", "demo"}).out,
            "id  state      attempt  seed  lr     exact_match  reason\n"
            "1   succeeded  1        7     0.001  0.5          completed\n"
            "2   succeeded  1        7     0.003  0.5          completed\n");
}

TEST_F(CliTest, WatchEndsWithTheSweepAndFailsIfTrialsFailed) {
  const Output output = Run({"watch", "demo"});
  EXPECT_EQ(output.out, "################ 12/12 trials, 0 running, 1 failed\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_THAT(output.err, HasSubstr("some trials failed"));
}

TEST_F(CliTest, ProgressDoesNotMixWithOutputForMachines) {
  const Output output = Run({"submit", file_, "--watch", "--output", "json"});
  EXPECT_EQ(json::parse(output.out)["sweep"], "demo");
  EXPECT_THAT(output.err, HasSubstr("12/12 trials"));
}

TEST_F(CliTest, PauseAndRetryShowTheSweepAfterwards) {
  EXPECT_EQ(json::parse(Run({"pause", "demo", "--output", "json"}).out)["state"], "paused");
  EXPECT_EQ(Run({"retry", "demo", "--failed"}).code, 0);
  EXPECT_EQ(service_.retried, "demo");
}

TEST_F(CliTest, PruneShowsWhatIsOldAndHasEndedAndRemovesItWithYes) {
  const Output shown = Run({"prune", "--older-than", "2", "--output", "json"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  ASSERT_EQ(json::parse(shown.out).size(), 1u) << shown.out;
  EXPECT_EQ(json::parse(shown.out)[0]["id"], 7);
  EXPECT_THAT(shown.err, HasSubstr("nothing is removed yet"));
  EXPECT_THAT(service_.pruned, ::testing::IsEmpty());
  const Output removed = Run({"prune", "--older-than", "2", "--yes"});
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_THAT(service_.pruned, ::testing::ElementsAre("7"));
  EXPECT_EQ(Run({"prune", "demo", "--yes"}).code, 0);
  EXPECT_THAT(service_.pruned, ::testing::ElementsAre("7", "3"));
}

TEST_F(CliTest, PruneRefusesToGuess) {
  EXPECT_EQ(Run({"prune", "--yes"}).code, 2);
  EXPECT_EQ(Run({"prune", "demo", "--older-than", "2"}).code, 2);
  EXPECT_EQ(Run({"prune", "--older-than", "-1"}).code, 2);
  EXPECT_EQ(Run({"prune", "--older-than=-nan", "--yes"}).code, 2);
  EXPECT_NE(Run({"prune", "demo", "missing", "--yes"}).code, 0);
  EXPECT_THAT(service_.pruned, ::testing::IsEmpty()) << "all or none";
}

TEST_F(CliTest, ExtendSendsTheParametersAndSeedsOfTheFile) {
  std::ofstream(file_, std::ios::app) << "stop_when: solved\npriority: 3\n";
  EXPECT_EQ(json::parse(Run({"extend", "demo", file_, "--output", "json"}).out)["sweep"], "demo");
  EXPECT_EQ(service_.extended.sweep(), "demo");
  ASSERT_EQ(service_.extended.axes_size(), 2);
  EXPECT_EQ(service_.extended.axes(0).name(), "lr");
  EXPECT_EQ(service_.extended.seeds_size(), 2);
  std::ofstream(file_) << "method: grid\nparameters: {depth: {value: 6}}\n";
  EXPECT_EQ(Run({"extend", "demo", file_}).code, 0);
  ASSERT_EQ(service_.extended.axes_size(), 1);
  EXPECT_EQ(service_.extended.axes(0).name(), "depth");
  EXPECT_EQ(service_.extended.seeds_size(), 0) << "the file names none";
}

TEST_F(CliTest, CancelTakesASweepOrATrial) {
  EXPECT_EQ(json::parse(Run({"cancel", "--trial", "17", "--output", "json"}).out)["state"],
            "cancelled");
  EXPECT_EQ(Run({"cancel"}).code, 2);
  EXPECT_EQ(Run({"cancel", "demo", "--trial", "17"}).code, 2);
}

TEST_F(CliTest, WatchForMachinesEndsWithTheSweep) {
  const Output output = Run({"watch", "demo", "--output", "json"});
  EXPECT_EQ(json::parse(output.out)["state"], "finished");
}

}  // namespace
}  // namespace pathsweep

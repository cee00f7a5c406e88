// Which of several workers that fuse gets which trial.
#include "coordinator/domain/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// A grid over depths, each with so many seeds: a shape for each depth.
SweepSpec Depths(int depths, int seeds) {
  SweepSpec spec = SmallSweep("a", depths, seeds);
  spec.grid.axes[0].name = "depth";
  for (int i = 0; i < depths; ++i) spec.grid.axes[0].values[i] = int64_t{1} + i;
  return spec;
}

WorkerReport FusingWorker(const std::string& name, int slots) {
  WorkerReport report = ReportOf(name, {}, slots);
  report.worker.fuse = slots;
  return report;
}

// Workers that are there when the sweep comes, and how many trials of which depth each gets.
std::map<std::string, std::map<int64_t, int>> Given(const SweepSpec& spec,
                                                    const std::vector<WorkerReport>& workers) {
  Coordinator coordinator;
  for (const WorkerReport& worker : workers) coordinator.Report(worker);
  std::map<std::string, std::map<int64_t, int>> given;
  for (const AttemptLeased& lease : Only<AttemptLeased>(coordinator.Submit(spec))) {
    ++given[lease.worker][lease.parameters.depth];
  }
  return given;
}

TEST(FusingWorkers, EachGetsTrialsOfOneShapeWhileManyWait) {
  EXPECT_THAT(
      Given(Depths(2, 8), {FusingWorker("x", 4), FusingWorker("y", 4)}),
      UnorderedElementsAre(Pair("x", ElementsAre(Pair(1, 4))), Pair("y", ElementsAre(Pair(2, 4)))));
}

TEST(FusingWorkers, PausedTrialsAndThoseBeyondTheLimitDoNotCrowd) {
  SweepSpec limited = Depths(1, 50);
  limited.max_parallel = 4;
  EXPECT_THAT(
      Given(limited, {FusingWorker("x", 4), FusingWorker("y", 4)}),
      UnorderedElementsAre(Pair("x", ElementsAre(Pair(1, 2))), Pair("y", ElementsAre(Pair(1, 2)))));
}

TEST(FusingWorkers, NewTrialsJoinTheirShape) {
  Coordinator coordinator;
  coordinator.Report(FusingWorker("x", 4));
  coordinator.Submit(Depths(1, 1));
  coordinator.Report(FusingWorker("y", 4));
  SweepSpec other = Depths(2, 1);
  other.name = "b";
  other.grid.axes[0].values = {int64_t{2}, int64_t{1}};
  const auto leases = Only<AttemptLeased>(coordinator.Submit(other));
  ASSERT_EQ(leases.size(), 2u);
  EXPECT_EQ(leases[0].worker, "y") << "another shape goes to the empty one";
  EXPECT_EQ(leases[1].worker, "x") << "its own shape is there";
}

TEST(FusingWorkers, OneShapeIsSpreadOverAll) {
  EXPECT_THAT(
      Given(Depths(1, 6), {FusingWorker("x", 8), FusingWorker("y", 8)}),
      UnorderedElementsAre(Pair("x", ElementsAre(Pair(1, 3))), Pair("y", ElementsAre(Pair(1, 3)))));
}

TEST(FusingWorkers, NoSlotStaysFreeBecauseShapesDiffer) {
  EXPECT_THAT(Given(Depths(3, 1), {FusingWorker("x", 3)}),
              ElementsAre(Pair("x", ElementsAre(Pair(1, 1), Pair(2, 1), Pair(3, 1)))));
}

TEST(FusingWorkers, OthersGetTheRest) {
  EXPECT_THAT(Given(Depths(1, 5), {FusingWorker("x", 3), ReportOf("plain", {}, 4)}),
              UnorderedElementsAre(Pair("x", ElementsAre(Pair(1, 3))),
                                   Pair("plain", ElementsAre(Pair(1, 2)))));
}

}  // namespace
}  // namespace pathsweep

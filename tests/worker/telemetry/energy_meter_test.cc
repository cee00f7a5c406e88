#include "worker/telemetry/energy_meter.h"

#include <gtest/gtest.h>

namespace pathsweep {
namespace {

TEST(EnergyMeter, GivesAllToTheOnlyOne) {
  EnergyMeter<int> meter;
  meter.Start(1, 1000);
  EXPECT_EQ(meter.End(1, 1250), 250);
}

TEST(EnergyMeter, SharesEquallyWhileThereAreSeveral) {
  EnergyMeter<int> meter;
  meter.Start(1, 0);
  meter.Start(2, 100);                // 1 alone: 100
  meter.Start(3, 300);                // 1 and 2: 100 each
  EXPECT_EQ(meter.End(2, 600), 200);  // all three: 100 each
  EXPECT_EQ(meter.End(1, 700), 350);  // 1 and 3: 50 each
  EXPECT_EQ(meter.End(3, 710), 160);
}

TEST(EnergyMeter, CountsNothingWhileNobodyIsThere) {
  EnergyMeter<int> meter;
  meter.Start(1, 0);
  EXPECT_EQ(meter.End(1, 10), 10);
  meter.Start(2, 500);
  EXPECT_EQ(meter.End(2, 501), 1);
}

TEST(EnergyMeter, SurvivesACounterThatBeginsAnew) {
  EnergyMeter<int> meter;
  meter.Start(1, 1000);
  meter.Start(2, 5);
  EXPECT_EQ(meter.End(2, 25), 10);
  EXPECT_EQ(meter.End(1, 25), 10);
}

TEST(EnergyMeter, OneThatIsDroppedTakesNoPartAnyMore) {
  EnergyMeter<int> meter;
  meter.Start(1, 0);
  meter.Start(2, 0);
  meter.Drop(2);
  EXPECT_EQ(meter.End(1, 10), 10);
}

TEST(EnergyMeter, KnowsNothingOfOneThatHasNotStarted) {
  EnergyMeter<int> meter;
  EXPECT_EQ(meter.End(1, 10), 0);
}

}  // namespace
}  // namespace pathsweep

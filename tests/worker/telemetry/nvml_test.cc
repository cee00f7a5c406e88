#include "worker/telemetry/nvml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pathsweep {
namespace {

using testing::HasSubstr;

TEST(Nvml, ReadsWhatTheGpuCanSay) {
  const absl::StatusOr<ReadDevice> read = OpenNvml("GPU-fake", FAKE_NVML);
  ASSERT_TRUE(read.ok()) << read.status();
  const DeviceReading reading = (*read)();
  EXPECT_EQ(reading.utilization, 0.87);
  EXPECT_EQ(reading.memory_used_bytes, 40);
  EXPECT_EQ(reading.power_watts, 312.5);
  EXPECT_EQ(reading.temperature_celsius, std::nullopt);
  ASSERT_TRUE(reading.energy_joules);
  EXPECT_EQ((*read)().energy_joules, *reading.energy_joules + 2);
}

TEST(Nvml, IsUnavailableWithoutADriver) {
  const absl::Status status = OpenNvml("GPU-fake", "libno-such-library.so.1").status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("libno-such-library.so.1"));
}

TEST(Nvml, IsUnavailableForAnotherLibrary) {
  EXPECT_TRUE(absl::IsUnavailable(OpenNvml("GPU-fake", "libm.so.6").status()));
}

TEST(Nvml, IsUnavailableForAGpuThatItDoesNotKnow) {
  const absl::Status status = OpenNvml("GPU-other", FAKE_NVML).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("GPU-other: Not Found"));
}

}  // namespace
}  // namespace pathsweep

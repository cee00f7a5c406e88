#include "base/metrics_hash.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pathsweep {
namespace {

TEST(MetricsHash, IsTheSumOfItsMeasurementsHashes) {
  MetricsHash hash;
  EXPECT_EQ(hash.Text(), "0000000000000000");
  hash.Add(0, "exact_match", 0.25);
  hash.Add(250, "test_loss", 1.5);
  // By the program in tests/e2e/test_reproduce.py.
  EXPECT_EQ(hash.Text(), "eedd3a186c6ccf5c");
}

TEST(MetricsHash, DoesNotDependOnTheOrderNorOnTheSpeed) {
  MetricsHash one, other;
  one.Add(0, "exact_match", 0.25);
  one.Add(250, "test_loss", 1.5);
  one.Add(250, "samples_per_second", 3000);
  other.Add(250, "test_loss", 1.5);
  MetricsHash resumed(other.value());
  resumed.Add(0, "exact_match", 0.25);
  EXPECT_EQ(one.value(), resumed.value());
}

TEST(MetricsHash, ChangesWithTheLastBitOfAValueAndWithItsPlace) {
  MetricsHash hash, nearby, later, renamed;
  hash.Add(250, "test_loss", 1.5);
  nearby.Add(250, "test_loss", std::nextafter(1.5, 2));
  later.Add(251, "test_loss", 1.5);
  renamed.Add(250, "train_loss", 1.5);
  EXPECT_NE(hash.value(), nearby.value());
  EXPECT_NE(hash.value(), later.value());
  EXPECT_NE(hash.value(), renamed.value());
}

}  // namespace
}  // namespace pathsweep

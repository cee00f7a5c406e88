#include "coordinator/domain/lease_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

TEST(LeaseTable, KnowsWhoHoldsWhat) {
  LeaseTable leases;
  leases.Grant(1, {"a", At(10)});
  leases.Grant(2, {"b", At(20)});
  leases.Grant(3, {"a", At(30)});
  EXPECT_EQ(leases.Find(1)->worker, "a");
  EXPECT_EQ(leases.Find(4), nullptr);
  EXPECT_THAT(leases.OfWorker("a"), ElementsAre(1, 3));
  EXPECT_THAT(leases.OfWorker("nobody"), IsEmpty());
}

TEST(LeaseTable, ALeaseEndsAtItsDeadlineAndNotBefore) {
  LeaseTable leases;
  leases.Grant(1, {"a", At(10)});
  leases.Grant(2, {"a", At(20)});
  EXPECT_THAT(leases.ExpiredBy(At(9)), IsEmpty());
  EXPECT_THAT(leases.ExpiredBy(At(10)), ElementsAre(1));
  EXPECT_THAT(leases.ExpiredBy(At(30)), ElementsAre(1, 2));
}

TEST(LeaseTable, ExtendingMovesTheDeadlineEitherWay) {
  LeaseTable leases;
  leases.Grant(1, {"a", At(10)});
  leases.Extend(1, At(50));
  EXPECT_THAT(leases.ExpiredBy(At(10)), IsEmpty());
  EXPECT_EQ(leases.NextDeadline(), At(50));
  leases.Extend(1, At(5));
  EXPECT_EQ(leases.NextDeadline(), At(5));
}

TEST(LeaseTable, ReleaseForgetsTheLeaseAndMayBeRepeated) {
  LeaseTable leases;
  leases.Grant(1, {"a", At(10)});
  leases.Release(1);
  leases.Release(1);
  EXPECT_EQ(leases.Find(1), nullptr);
  EXPECT_THAT(leases.OfWorker("a"), IsEmpty());
  EXPECT_EQ(leases.NextDeadline(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace pathsweep

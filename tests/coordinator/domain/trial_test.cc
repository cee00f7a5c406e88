#include "coordinator/domain/trial.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace pathsweep {
namespace {

TEST(TrialState, TransitionsAreThoseOfTheManual) {
  using enum TrialState;
  const std::set<std::pair<TrialState, TrialState>> allowed = {
      {kPending, kRunning},  {kPending, kCancelled}, {kRunning, kPending},   {kRunning, kSucceeded},
      {kRunning, kFailed},   {kRunning, kStopped},   {kRunning, kCancelled}, {kFailed, kPending},
      {kPending, kStopped},  {kRunning, kPaused},    {kPaused, kPending},    {kPaused, kStopped},
      {kPaused, kCancelled},
  };
  for (TrialState from : kTrialStates) {
    for (TrialState to : kTrialStates) {
      EXPECT_EQ(MayFollow(from, to), allowed.contains({from, to})) << Name(from) << Name(to);
    }
  }
}

// But that a user may retry what has failed.
TEST(TrialState, TerminalStatesHaveNoWayOut) {
  for (TrialState from : kTrialStates) {
    bool leaves = false;
    for (TrialState to : kTrialStates) leaves |= MayFollow(from, to);
    EXPECT_EQ(leaves, !IsTerminal(from) || from == TrialState::kFailed) << Name(from);
  }
}

TEST(TrialState, NamesReadBack) {
  for (TrialState state : kTrialStates) EXPECT_EQ(TrialStateFromName(Name(state)), state);
  EXPECT_EQ(TrialStateFromName("resting"), std::nullopt);
}

}  // namespace
}  // namespace pathsweep

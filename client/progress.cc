#include "client/progress.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "client/views/reports.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr absl::Duration kBetweenLines = absl::Seconds(10);
constexpr absl::Duration kLongestAbsence = absl::Minutes(2);
constexpr int kBarWidth = 16;  // the whole line then fits into 79 columns
constexpr char kClearLine[] = "\r\033[K";

int64_t Done(const v1::TrialCounts& counts) { return counts.total() - Unfinished(counts); }

std::string DurationText(absl::Duration duration) {
  return absl::FormatDuration(duration < absl::Minutes(10)
                                  ? absl::Trunc(duration, absl::Seconds(1))
                                  : absl::Trunc(duration, absl::Minutes(1)));
}

// Writes the line in place or as one of many.
class ProgressWriter {
 public:
  explicit ProgressWriter(Environment& environment) : environment_(environment) {}

  void Write(const std::string& line, bool at_once) {
    if (environment_.terminal) {
      environment_.out << kClearLine << line << std::flush;
      return;
    }
    const absl::Time now = environment_.clock.Now();
    if (line == last_ || (!at_once && now < next_)) return;
    environment_.out << line << std::endl;
    last_ = line;
    next_ = now + kBetweenLines;
  }

  // A line that stays.
  void Say(const std::string& line) {
    environment_.out << (environment_.terminal ? kClearLine : "") << line << std::endl;
  }

  void End() {
    if (environment_.terminal) environment_.out << std::endl;
  }

 private:
  Environment& environment_;
  std::string last_;
  absl::Time next_;
};

}  // namespace

bool HasEnded(const v1::Sweep& sweep) {
  return sweep.state() == v1::SWEEP_STATE_FINISHED ||
         (sweep.state() == v1::SWEEP_STATE_CANCELLED &&
          Done(sweep.trials()) == sweep.trials().total());
}

std::string ProgressLine(const v1::TrialCounts& counts, int64_t done_before,
                         absl::Duration elapsed) {
  const int64_t done = Done(counts);
  const int64_t total = std::max<int64_t>(counts.total(), 1);
  const auto filled = static_cast<int>(done * kBarWidth / total);
  std::string line = absl::StrCat(std::string(filled, '#'), std::string(kBarWidth - filled, '-'),
                                  " ", done, "/", counts.total(), " trials, ", counts.running(),
                                  " running, ", counts.failed(), " failed");
  if (counts.paused() > 0) absl::StrAppend(&line, ", ", counts.paused(), " paused");
  const int64_t newly_done = done - done_before;
  if (newly_done > 0 && elapsed > absl::ZeroDuration()) {
    char rate[32];
    snprintf(rate, sizeof rate, "%.3g",
             static_cast<double>(newly_done) / absl::ToDoubleMinutes(elapsed));
    const absl::Duration left = elapsed / newly_done * (counts.total() - done);
    absl::StrAppend(&line, ", ", rate, " trials/min, ", DurationText(left), " left");
  }
  return line;
}

absl::StatusOr<v1::Sweep> WatchSweep(Connection& connection, const std::string& sweep,
                                     Environment& environment) {
  ProgressWriter writer(environment);
  const absl::Time started = environment.clock.Now();
  absl::Time last_seen = started;
  int64_t done_before = -1;
  std::string trouble;
  while (true) {
    absl::StatusOr<v1::Sweep> now = connection.GetSweep(sweep);
    if (now.ok()) {
      const v1::TrialCounts& counts = now->trials();
      if (now->trouble() != trouble) {
        trouble = now->trouble();
        writer.Say(trouble.empty() ? "the coordinator stores results again"
                                   : absl::StrCat("the coordinator cannot store: ", trouble));
      }
      if (done_before < 0) done_before = Done(counts);
      last_seen = environment.clock.Now();
      const bool ended = HasEnded(*now);
      writer.Write(ProgressLine(counts, done_before, last_seen - started), ended);
      if (ended) {
        writer.End();
        return now;
      }
    } else if (!absl::IsUnavailable(now.status()) || done_before < 0 ||
               environment.clock.Now() > last_seen + kLongestAbsence) {
      writer.End();
      return now.status();
    } else {
      writer.Write("the coordinator is away; waiting for it", /*at_once=*/true);
    }
    if (!environment.interrupts.Wait(kPoll)) {
      writer.End();
      return absl::CancelledError("interrupted; the sweep goes on");
    }
  }
}

}  // namespace pathsweep

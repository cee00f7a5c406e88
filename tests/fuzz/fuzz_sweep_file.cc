// Any text is a sweep, or a list of problems that fits a screen; what the client takes for a
// sweep, the coordinator takes too.
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/parameter_proto.h"
#include "client/sweep_file/sweep_file.h"
#include "client/sweep_file/text_file.h"
#include "coordinator/rpc/convert.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/wire.h"

namespace pathsweep {
namespace {

constexpr char kFile[] = "f.yaml";
// Ten problems of 300 bytes, their places, and how many more there are.
constexpr size_t kLongestMessage = 3600;
// More take longer to send than to parse, and say nothing new.
constexpr int kMostSeeds = 10'000;

void CheckRefusal(const absl::Status& status) {
  const absl::string_view message = status.message();
  Require(absl::IsInvalidArgument(status), "a wrong file is an invalid argument", message);
  Require(absl::StartsWith(message, kFile), "a problem names the file", message);
  Require(message.size() <= kLongestMessage, "a list of problems fits a screen", message);
}

void CheckAccepted(v1::SweepSpec spec) {
  if (spec.seeds_size() > kMostSeeds) return;
  if (spec.name().empty()) spec.set_name("sweep");
  const absl::StatusOr<SweepSpec> taken = FromProto(OverTheWire(spec));
  // Which points of a search go together the coordinator finds out.
  if (spec.has_search() && absl::StrContains(taken.status().message(), "none satisfies")) return;
  Require(taken.ok(), "the coordinator takes what the client takes", taken.status().message());
}

// As with seeds: a sample of ten thousand points is longer to draw than to parse.
bool SamplesMany(absl::string_view text) {
  if (!absl::StrContains(text, "run_cap")) return false;
  int digits = 0;
  for (char c : text) {
    digits = absl::ascii_isdigit(c) || c == '_' ? digits + 1 : 0;
    if (digits > 4) return true;
  }
  return false;
}

void TakeText(absl::string_view text) {
  if (!CheckUtf8(text, kFile).ok() || SamplesMany(text)) return;
  absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(text, kFile);
  if (spec.ok()) {
    CheckAccepted(*std::move(spec));
  } else {
    CheckRefusal(spec.status());
  }
}

}  // namespace
}  // namespace pathsweep

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pathsweep::TakeText({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include "base/grpc_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace pathsweep {
namespace {

// Headers may have 8 KiB, and a byte that is not ASCII takes three.
constexpr size_t kLongestMessage = 2000;

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  const absl::string_view shown = Utf8Prefix(status.message(), kLongestMessage);
  const bool cut = shown.size() < status.message().size();
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      absl::StrCat(shown, cut ? "..." : ""));
}

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace pathsweep

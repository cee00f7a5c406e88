#include "client/request_id.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "base/philox.h"

namespace pathsweep {

std::string RandomRequestId() {
  std::random_device random;
  const auto hex = [&](int digits) {
    return absl::StrCat(absl::Hex(random(), absl::kZeroPad8)).substr(8 - digits);
  };
  return absl::StrCat(hex(8), "-", hex(4), "-4", hex(3), "-a", hex(3), "-", hex(8), hex(4));
}

std::string RequestIdOf(v1::SweepSpec spec) {
  spec.clear_name();
  spec.clear_description();
  spec.clear_source();
  spec.clear_claims();
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    spec.SerializeToCodedStream(&coded);
  }
  // Each byte is mixed into a 128-bit state; equal texts give equal ids, and others do
  // not by chance.
  PhiloxBlock state{};
  for (unsigned char byte : bytes) {
    state.words[0] ^= byte;
    state = Philox4x32(state, /*key=*/bytes.size());
  }
  return absl::StrCat("spec-", absl::Hex(state.words[0], absl::kZeroPad8),
                      absl::Hex(state.words[1], absl::kZeroPad8),
                      absl::Hex(state.words[2], absl::kZeroPad8),
                      absl::Hex(state.words[3], absl::kZeroPad8));
}

}  // namespace pathsweep

// A message as the other end of a connection reads it.
//
// Pure; thread safe.
#pragma once

#include "absl/strings/str_cat.h"
#include "tests/fuzz/require.h"

namespace pathsweep {

// Text that is not UTF-8 goes out, and is refused where it arrives: hence the rule.
template <typename Message>
Message OverTheWire(const Message& sent) {
  Message received;
  Require(received.ParseFromString(sent.SerializeAsString()), "a message cannot be read back",
          absl::StrCat(sent.GetTypeName(), " of ", sent.ByteSizeLong(), " bytes"));
  return received;
}

}  // namespace pathsweep

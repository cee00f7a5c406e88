// The boundary to SQLiteCpp, which throws: exceptions become statuses here and nowhere
// else.
#pragma once

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

inline absl::Status StatusOf(const SQLite::Exception& error, absl::string_view path) {
  const std::string message = absl::StrCat("`", path, "`: ", error.what());
  switch (error.getErrorCode()) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(message, "; nothing was changed, make room and try again"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(message);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return absl::DataLossError(
          absl::StrCat(message, "; the file is left as it is, restore a copy of it"));
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::FailedPreconditionError(
          absl::StrCat(message, "; name a file in a folder that can be written"));
    default:
      return absl::InternalError(message);
  }
}

// `action` returns absl::Status or absl::StatusOr.
template <typename Action>
auto Guarded(absl::string_view path, Action action) -> decltype(action()) {
  try {
    return action();
  } catch (const SQLite::Exception& error) {
    return StatusOf(error, path);
  }
}

}  // namespace pathsweep

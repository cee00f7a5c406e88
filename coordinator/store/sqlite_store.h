// The results database: one SQLite file, written by one coordinator at a time.
//
//   absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open("results.db");
//
// Every Commit is one transaction, on disk when it returns (WAL, synchronous=FULL).
// Readers may open the same file at any time. Not thread safe.
#pragma once

#include <memory>
#include <string>

#include "coordinator/store/store.h"

namespace pathsweep {

class SqliteStore : public Store {
 public:
  // Creates the file if there is none, else migrates it. Checks files up to 64 MiB entirely.
  // Refuses, and leaves unchanged, a file that is corrupt (DataLoss), not a results database or not
  // writable (FailedPrecondition), or in use by another coordinator (FailedPrecondition).
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path);
  ~SqliteStore() override;

  absl::Status Commit(absl::Span<const Event> events) override;
  absl::StatusOr<State> Load(absl::Time now, const LeasePolicy& policy) override;
  absl::StatusOr<bool> Tidy() override;

  // Checks every page and index of the file, which is not changed; may be in use. DataLoss
  // says what is damaged.
  static absl::Status Check(const std::string& path);

  // Refuses to grow beyond this many pages of 4 KiB, as a full disk would; for tests.
  absl::Status LimitPages(int pages);

 private:
  class Connection;
  explicit SqliteStore(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace pathsweep

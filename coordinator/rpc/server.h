// A coordinator: store, engine and both services behind one listening address.
//
//   absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(
//       {.listen = "127.0.0.1:7070", .database = "results.db"}, clock);
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "coordinator/domain/decide.h"

namespace pathsweep {

struct ServerOptions {
  // HOST:PORT, where port 0 picks a free one, or unix:PATH.
  std::string listen = "127.0.0.1:7070";
  std::string database = "results.db";
  LeasePolicy lease_policy;
};

// Thread safe.
class Server {
 public:
  // Fails as SqliteStore::Open does, and with Unavailable if the address cannot be
  // listened on. The clock must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const Clock& clock);
  // Ends all streams, answers what was asked, closes the database; in two seconds, also if
  // gRPC waits for a client that has stopped reading.
  ~Server();

  // Where clients reach it.
  const std::string& address() const;

  // Transactions since the start.
  int64_t commits() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pathsweep

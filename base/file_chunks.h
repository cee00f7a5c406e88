// Files as a stream of chunks with a checksum, whichever call carries them.
//
//   ChunkSource source(stream);
//   while (std::optional<v1::FileChunk> chunk = source.Next()) writer->Write(*chunk);
//
//   ChunkSink sink([&](absl::string_view data) { return file.Write(data); });
//   while (reader->Read(&chunk)) status.Update(sink.Add(chunk));
//   status.Update(sink.Finish());
//
// Not thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pathsweep/v1/file_chunk.pb.h"

namespace pathsweep {

class ChunkSource {
 public:
  // Reads to the end of the stream, which must outlive the object.
  explicit ChunkSource(std::istream& file) : file_(file) {}

  // Null after the last chunk, or once reading has failed: then no last chunk was given.
  std::optional<v1::FileChunk> Next();

 private:
  std::istream& file_;
  uint32_t crc_ = 0;
  bool ended_ = false;
};

class ChunkSink {
 public:
  using Write = std::function<absl::Status(absl::string_view)>;

  explicit ChunkSink(Write write) : write_(std::move(write)) {}

  // The error of `write`, or DataLoss if the file does not have its checksum.
  absl::Status Add(const v1::FileChunk& chunk);
  // DataLoss if the last chunk did not come.
  absl::Status Finish() const;

 private:
  const Write write_;
  uint32_t crc_ = 0;
  bool complete_ = false;
};

}  // namespace pathsweep

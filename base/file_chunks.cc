#include "base/file_chunks.h"

#include <string>

#include "base/crc32.h"

namespace pathsweep {
namespace {

constexpr size_t kChunk = 1 << 20;

}  // namespace

std::optional<v1::FileChunk> ChunkSource::Next() {
  if (ended_) return std::nullopt;
  v1::FileChunk chunk;
  std::string& data = *chunk.mutable_data();
  data.resize(kChunk);
  file_.read(data.data(), static_cast<std::streamsize>(data.size()));
  data.resize(file_.gcount());
  crc_ = Crc32(data, crc_);
  if (!data.empty()) return chunk;
  ended_ = true;
  if (file_.bad()) return std::nullopt;
  chunk.set_crc32(crc_);
  return chunk;
}

absl::Status ChunkSink::Add(const v1::FileChunk& chunk) {
  if (complete_) return absl::DataLossError("data came after the last chunk of a file");
  crc_ = Crc32(chunk.data(), crc_);
  if (chunk.has_crc32()) {
    complete_ = crc_ == chunk.crc32();
    if (!complete_) return absl::DataLossError("a file arrived damaged: its checksum is another");
  }
  return write_(chunk.data());
}

absl::Status ChunkSink::Finish() const {
  if (complete_) return absl::OkStatus();
  return absl::DataLossError("a file was cut off before its last chunk");
}

}  // namespace pathsweep

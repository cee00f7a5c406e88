#include "base/file_chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace pathsweep {
namespace {

std::vector<v1::FileChunk> Cut(const std::string& content) {
  std::istringstream stream(content);
  ChunkSource source(stream);
  std::vector<v1::FileChunk> chunks;
  while (std::optional<v1::FileChunk> chunk = source.Next()) chunks.push_back(*chunk);
  return chunks;
}

// What arrives; `status` is the first error.
std::string Join(const std::vector<v1::FileChunk>& chunks, absl::Status& status) {
  std::string joined;
  ChunkSink sink([&](absl::string_view data) {
    joined.append(data.data(), data.size());
    return absl::OkStatus();
  });
  for (const v1::FileChunk& chunk : chunks) status.Update(sink.Add(chunk));
  status.Update(sink.Finish());
  return joined;
}

std::string Content(size_t size) {
  std::string content(size, '\0');
  for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7 + i / 251);
  return content;
}

TEST(FileChunks, ArriveAsTheyWereSent) {
  constexpr size_t kMebibyte = 1 << 20;
  for (size_t size : {size_t{0}, size_t{1}, kMebibyte - 1, kMebibyte, 2 * kMebibyte + 5}) {
    absl::Status status;
    EXPECT_EQ(Join(Cut(Content(size)), status), Content(size)) << size;
    EXPECT_TRUE(status.ok()) << size << ": " << status;
  }
}

TEST(FileChunks, ChecksumIsThatOfZlib) {
  // python3 -c 'import zlib; print(zlib.crc32(b"pathsweep"))'
  EXPECT_EQ(Cut("pathsweep").back().crc32(), 3093490558U);
}

TEST(FileChunks, DamageAndACutAreDataLoss) {
  std::vector<v1::FileChunk> damaged = Cut(Content(100));
  (*damaged[0].mutable_data())[50] ^= 1;
  absl::Status status;
  Join(damaged, status);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;

  std::vector<v1::FileChunk> cut = Cut(Content(100));
  cut.pop_back();
  status = absl::OkStatus();
  Join(cut, status);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;

  std::vector<v1::FileChunk> longer = Cut(Content(100));
  longer.push_back(longer.front());
  status = absl::OkStatus();
  Join(longer, status);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST(FileChunks, AFailedWriteIsTheError) {
  ChunkSink sink([](absl::string_view) { return absl::ResourceExhaustedError("full"); });
  EXPECT_TRUE(absl::IsResourceExhausted(sink.Add(Cut("x").front())));
}

}  // namespace
}  // namespace pathsweep

#include "client/sweep_file/text_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/sweep_file/problems.h"

namespace pathsweep {
namespace {

// Bytes of the UTF-8 sequence that `lead` begins; 0 if none does.
size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// Whether a second byte may follow the first: else a short character is written long, or it is
// half of a UTF-16 pair, or beyond Unicode. Protobuf takes none of these.
bool MayFollow(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

// Where `text` first is not UTF-8. A NUL counts too: it says that the file is binary.
std::optional<Place> FirstInvalid(absl::string_view text) {
  Place place;
  for (size_t i = 0; i < text.size();) {
    const size_t length = SequenceLength(text[i]);
    if (length == 0 || i + length > text.size()) return place;
    if (length > 1 && !MayFollow(text[i], text[i + 1])) return place;
    for (size_t k = 1; k < length; ++k) {
      if ((text[i + k] & 0xC0) != 0x80) return place;
    }
    place = text[i] == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    i += length;
  }
  return std::nullopt;
}

absl::Status CannotRead(const std::filesystem::path& path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("cannot read ", path.string(), ": ", why));
}

}  // namespace

absl::Status CheckUtf8(absl::string_view text, absl::string_view file) {
  Problems problems(file);
  if (const std::optional<Place> invalid = FirstInvalid(text)) {
    problems.Add(*invalid, "not UTF-8 text; save the file as UTF-8");
  }
  return problems.ToStatus();
}

absl::StatusOr<std::string> ReadTextFile(const std::filesystem::path& path, int64_t limit) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return CannotRead(path, "it is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotRead(path, std::strerror(errno));
  // Read in pieces, for a file may have no size that can be asked for.
  std::string text;
  std::array<char, 1 << 16> piece;
  while (file.read(piece.data(), piece.size()), file.gcount() > 0) {
    text.append(piece.data(), file.gcount());
    if (static_cast<int64_t>(text.size()) > limit) {
      return CannotRead(path, absl::StrCat("it is larger than ", limit, " bytes"));
    }
  }
  if (file.bad()) return CannotRead(path, "input/output error");
  if (absl::Status valid = CheckUtf8(text, path.string()); !valid.ok()) return valid;
  return text;
}

}  // namespace pathsweep

#include "client/output_file.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace pathsweep {

namespace {

// What a link stands for: the file is replaced, not the link.
std::filesystem::path Followed(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_symlink(path, ignored)) return path;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, ignored);
  return target.empty() ? std::filesystem::path(path) : target;
}

}  // namespace

absl::Status CheckCanBeFile(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("name a file to write");
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("`", path, "` is not a file; name one to write"));
}

absl::StatusOr<std::unique_ptr<AtomicFile>> CreateOutput(const std::string& path) {
  if (absl::Status place = CheckCanBeFile(path); !place.ok()) return place;
  absl::StatusOr<std::unique_ptr<AtomicFile>> file = AtomicFile::Create(Followed(path).string());
  if (file.ok() || absl::IsResourceExhausted(file.status())) return file;
  return absl::InvalidArgumentError(
      absl::StrCat(file.status().message(), "; name a file in a folder that can be written"));
}

absl::Status WriteOutput(const std::string& path, absl::string_view data) {
  const absl::StatusOr<std::unique_ptr<AtomicFile>> file = CreateOutput(path);
  if (!file.ok()) return file.status();
  absl::Status written = (*file)->Write(data);
  return written.ok() ? (*file)->Commit() : written;
}

void PrintWritten(Context& context, const std::string& file, int64_t count,
                  const std::string& what) {
  if (context.options.output == OutputFormat::kTable) {
    context.environment.out << file << ": " << count << " " << what << std::endl;
  } else {
    context.Print({{{"file", file}, {what, count}}, {"file", what}, {{file, absl::StrCat(count)}}});
  }
}

}  // namespace pathsweep

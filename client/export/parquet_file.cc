#include "client/export/parquet_file.h"

#include <filesystem>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "client/programs/child_process.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(10);

std::string Quoted(const std::filesystem::path& path) {
  return absl::StrCat("'", absl::StrReplaceAll(path.string(), {{"'", "''"}}), "'");
}

}  // namespace

absl::Status MakeParquet(const ScratchFolder& folder, const std::string& csv,
                         const std::string& parquet) {
  const absl::StatusOr<std::filesystem::path> duckdb =
      FindProgram("duckdb",
                  "it writes Parquet: `pip install duckdb-cli`; or export csv, of which pandas "
                  "with pyarrow makes Parquet as well");
  if (!duckdb.ok()) return duckdb.status();
  const std::string sql = absl::StrCat("COPY (FROM read_csv(", Quoted(folder.path() / csv),
                                       ", header = true, sample_size = -1)) TO ",
                                       Quoted(folder.path() / parquet), " (FORMAT parquet)");
  const auto process =
      ChildProcess::Start(*duckdb, {"-init", "/dev/null", "-c", sql}, folder.path() / "log");
  if (!process.ok()) return process.status();
  (*process)->Wait(absl::Now() + kPatience);
  if ((*process)->Succeeded()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("duckdb failed: ", absl::StripAsciiWhitespace(folder.BytesOf("log"))));
}

}  // namespace pathsweep

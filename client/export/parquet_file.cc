#include "client/export/parquet_file.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "client/programs/child_process.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(20);

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

absl::string_view SqlType(RecordColumn::Type type) {
  switch (type) {
    case RecordColumn::Type::kInteger:
      return "BIGINT";
    case RecordColumn::Type::kReal:
      return "DOUBLE";
    case RecordColumn::Type::kFlag:
      return "BOOLEAN";
    case RecordColumn::Type::kText:
      return "VARCHAR";
  }
  return "VARCHAR";
}

// Nothing is guessed: a column's type must not depend on which values it happens to have.
std::string Conversion(const std::filesystem::path& csv, const std::filesystem::path& parquet,
                       const std::vector<RecordColumn>& columns) {
  const std::string types =
      absl::StrJoin(columns, ", ", [](std::string* out, const RecordColumn& column) {
        absl::StrAppend(out, Quoted(column.name), ": ", Quoted(SqlType(column.type)));
      });
  return absl::StrCat("COPY (FROM read_csv(", Quoted(csv.string()),
                      ", auto_detect = false, header = true, delim = ',', quote = '\"', escape = "
                      "'\"', columns = {",
                      types, "})) TO ", Quoted(parquet.string()), " (FORMAT parquet)");
}

}  // namespace

absl::StatusOr<std::filesystem::path> FindDuckdb() {
  return FindProgram("duckdb",
                     "it writes Parquet: `pip install duckdb-cli`; or export csv, of which pandas "
                     "with pyarrow makes Parquet as well");
}

absl::Status MakeParquet(const ScratchFolder& folder, const std::string& csv,
                         const std::string& parquet, const std::vector<RecordColumn>& columns,
                         const std::function<bool(absl::Duration)>& wait) {
  const absl::StatusOr<std::filesystem::path> duckdb = FindDuckdb();
  if (!duckdb.ok()) return duckdb.status();
  const std::string sql = Conversion(folder.path() / csv, folder.path() / parquet, columns);
  const auto process =
      ChildProcess::Start(*duckdb, {"-init", "/dev/null", "-c", sql}, folder.path() / "log");
  if (!process.ok()) return process.status();
  while ((*process)->Running()) {
    if (!wait(kPoll)) return absl::CancelledError("interrupted");
  }
  std::error_code missing;
  const bool made = std::filesystem::file_size(folder.path() / parquet, missing) > 0 && !missing;
  if ((*process)->Succeeded() && made) return absl::OkStatus();
  return FailureOf("duckdb", folder.BytesOf("log"));
}

}  // namespace pathsweep

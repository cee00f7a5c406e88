#include "worker/task/text_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct AuthorsFile {
  std::filesystem::path path;
  int32_t degree;
  int32_t length;
};

// Files of the paper's authors: an excerpt in the repository, and whole files where the
// environment names their folder or they lie beside the repository.
std::vector<AuthorsFile> AuthorsFiles() {
  const std::filesystem::path source = PATHSWEEP_SOURCE_DIR;
  std::vector<AuthorsFile> files = {
      {source / "tests/data/deg_2_path_5_nodes_50.txt", 2, 5},
      {source / "tests/data/deg_3_path_3_nodes_50.txt", 3, 3},
  };
  const char* named = std::getenv("PATHSWEEP_AUTHORS_DATA");
  const std::filesystem::path folder = named != nullptr ? named : source / "../shared/data";
  if (named != nullptr || std::filesystem::exists(folder)) {
    files.push_back({folder / "deg_2_path_5_nodes_50_test.txt", 2, 5});
    files.push_back({folder / "deg_3_path_3_nodes_50_test.txt", 3, 3});
  }
  return files;
}

std::string ErrorOf(absl::string_view line) {
  return std::string(ParseExample(line).status().message());
}

TEST(ParseExample, ReadsEveryLineOfTheAuthorsFilesAndWritesItBack) {
  for (const AuthorsFile& file : AuthorsFiles()) {
    std::ifstream stream(file.path);
    int lines = 0;
    for (std::string line; std::getline(stream, line); ++lines) {
      const absl::StatusOr<ParsedExample> parsed = ParseExample(line);
      ASSERT_TRUE(parsed.ok()) << file.path << ":" << lines + 1 << ": " << parsed.status();
      ASSERT_EQ(FormatExample(parsed->example), line);
      ASSERT_EQ(parsed->degree, file.degree);
      ASSERT_EQ(parsed->length, file.length);
      ASSERT_LT(parsed->largest_label, 50);
    }
    EXPECT_GE(lines, 100) << file.path;
  }
}

TEST(ParseExample, FindsTheGraphOfALine) {
  const absl::StatusOr<ParsedExample> parsed =
      ParseExample("32,3|16,12|3,19|32,34|34,6|6,16|19,47|47,28/32,12=32,34,6,16,12\r");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->degree, 2);
  EXPECT_EQ(parsed->length, 5);
  EXPECT_EQ(parsed->largest_label, 47);
  EXPECT_THAT(parsed->example.path, ElementsAre(32, 34, 6, 16, 12));
}

TEST(ParseExample, NamesWhatIsWrongWithTheSyntax) {
  for (const char* line : {"", "1,2|1,3", "1,2|1,3/1,2", "1,2|1,3=1,2/1,2"}) {
    EXPECT_THAT(ErrorOf(line), HasSubstr("edges/start,goal=path")) << line;
  }
  EXPECT_THAT(ErrorOf("1,x|1,3/1,3=1,3"), HasSubstr("`x` in the edges is not a node"));
  EXPECT_THAT(ErrorOf("1,-2|1,3/1,3=1,3"), HasSubstr("`-2` in the edges is not a node"));
  EXPECT_THAT(ErrorOf("1,2|1,/1,3=1,3"), HasSubstr("`` in the edges is not a node"));
  EXPECT_THAT(ErrorOf("1,99999999999|1,3/1,3=1,3"), HasSubstr("is not a node"));
  EXPECT_THAT(ErrorOf("1,2,4|1,3/1,3=1,3"), HasSubstr("`1,2,4` is not a pair"));
  EXPECT_THAT(ErrorOf("1,2|1,3/3=1,3"), HasSubstr("`3` is not a pair of nodes in the start"));
  EXPECT_THAT(ErrorOf("1,2|1,3/1,3=1,3 "), HasSubstr("`3 ` in the path is not a node"));
}

TEST(ParseExample, NamesWhatIsWrongWithTheStar) {
  EXPECT_THAT(ErrorOf("1,2|1,3|2,3/1,3=1,3"), HasSubstr("node 3 has more edges into it"));
  EXPECT_THAT(ErrorOf("1,2|2,1/1,2=1,2"), HasSubstr("node 1 has more edges into it"));
  EXPECT_THAT(ErrorOf("1,2|2,3|2,4/1,3=1,2,3"), HasSubstr("node 2 branches"));
  EXPECT_THAT(ErrorOf("1,2|1,3|3,4/1,2=1,2"), HasSubstr("differ in length"));
  EXPECT_THAT(ErrorOf("1,2|1,3|5,6|6,5/1,2=1,2"), HasSubstr("cannot be reached"));
  EXPECT_THAT(ErrorOf("1,2/9,2=9,2"), HasSubstr("no edge leaves the start 9"));
}

TEST(ParseExample, NamesWhatIsWrongWithThePath) {
  EXPECT_THAT(ErrorOf("1,2|1,3|2,4|3,5/1,2=1,2"), HasSubstr("the goal 2 is not a leaf"));
  EXPECT_THAT(ErrorOf("1,2|1,3|2,4|3,5/1,4=1,3,5"), HasSubstr("the path should be 1,2,4"));
  EXPECT_THAT(ErrorOf("1,2|1,3|2,4|3,5/1,4=1,2"), HasSubstr("the path should be 1,2,4"));
}

}  // namespace
}  // namespace pathsweep

#include "worker/task/example_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pathsweep {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr TaskShape kShape{.degree = 2, .length = 3, .nodes = 10};
constexpr char kGood[] = "4,7|7,1|4,0|0,9/4,9=4,0,9";

class ReadExamplesTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<Example>> Read(const std::string& text) {
    std::ofstream(path_) << text;
    return ReadExamples(path_, kShape);
  }
  std::string ErrorOf(const std::string& text) {
    return std::string(Read(text).status().message());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
};

TEST_F(ReadExamplesTest, ReadsEveryLine) {
  const auto examples = Read(std::string(kGood) + "\n" + kGood);
  ASSERT_TRUE(examples.ok()) << examples.status();
  EXPECT_EQ(examples->size(), 2u);
  EXPECT_EQ(examples->front().path, (std::vector<int32_t>{4, 0, 9}));
}

TEST_F(ReadExamplesTest, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf(std::string(kGood) + "\nrubbish\n"),
              AllOf(HasSubstr(path_ + ":2: "), HasSubstr("does not read")));
}

TEST_F(ReadExamplesTest, RefusesAnotherGraphThanTheTrials) {
  EXPECT_THAT(ErrorOf("4,7|4,0/4,0=4,0\n"),
              EndsWith(":1: the graph is G(2,2), not the trial's G(2,3)"));
  EXPECT_THAT(ErrorOf("4,7|7,1|4,0|0,10/4,10=4,0,10\n"),
              EndsWith(":1: label 10 needs nodes of at least 11"));
}

TEST_F(ReadExamplesTest, RefusesATrialThatWritesItsEdgesInAnotherWay) {
  TaskShape shape = kShape;
  shape.edge_direction = EdgeDirection::kMixed;
  EXPECT_THAT(std::string(ReadExamples(path_, shape).status().message()),
              HasSubstr("edge_direction cannot be tested on it"));
}

TEST_F(ReadExamplesTest, EmptyMissingOrUnreadableFileIsNotFound) {
  EXPECT_EQ(Read("").status().code(), absl::StatusCode::kNotFound);
  for (const std::string& path : {std::string("/nowhere/graphs.txt"), testing::TempDir()}) {
    const absl::Status status = ReadExamples(path, kShape).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  }
}

}  // namespace
}  // namespace pathsweep

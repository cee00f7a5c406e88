#include "coordinator/store/spec_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/domain/fixtures.h"

namespace pathsweep {
namespace {

TEST(SpecJson, ReadsBackWhatItWrote) {
  SweepSpec spec = SmallSweep("a \"name\"", 3, 2);
  spec.description = "line\nline \xC3\xA4";
  spec.max_attempts = 7;
  spec.lease = absl::Seconds(2.5);
  spec.checkpoint_interval = absl::ZeroDuration();
  spec.keep_checkpoint = KeepCheckpoint::kBest;
  spec.reuse = true;
  spec.most_seeds = 9;
  spec.grid.joint = {
      JointAxis({"heads", "width"}, {{int64_t{2}, int64_t{32}}, {int64_t{4}, int64_t{64}}})};
  spec.grid.axes.push_back({"objective", {std::string("standard"), std::string("reverse")}});
  spec.grid.axes.push_back({"depth", {int64_t{2}, int64_t{4}}});
  spec.grid.axes.push_back({"tie_embeddings", {true, false}});
  spec.grid.fixed.init_std = 0.1 + 0.2;
  const Expression bound = Expression::Parse("1/degree", Expression::Type::kNumber).value();
  spec.claims = {{"at_most",
                  {{"objective", {std::string("standard"), std::string("reverse")}},
                   {.parameter = "lr", .lowest = 0.1 + 0.2}},
                  "exact_match",
                  BoundClaim{BoundClaim::Side::kAtMost, bound}},
                 {"at_least", {}, "cheat_gap", BoundClaim{BoundClaim::Side::kAtLeast, bound}},
                 {"gap",
                  {{"depth", {int64_t{2}}}},
                  "token_accuracy",
                  ComparisonClaim{"tie_embeddings", true, false, bound}}};
  spec.search = {.method = Search::Method::kFalsify,
                 .groups = {JointAxis({"heads", "width"}, {{int64_t{2}, int64_t{32}}}),
                            JointAxis({"lr"}, {{0.1 + 0.2}, {1e-3}})},
                 .points = 12,
                 .seed = uint64_t{1} << 40,
                 .maximize = false,
                 .claim = "gap",
                 .fresh_seeds = 3};
  spec.source = "# why\nmethod: grid\n";
  spec.early_stopping = {.hyperband = HyperbandRule{2, 4, 5, true},
                         .median = MedianRule{3},
                         .futility = FutilityRule{0.1 + 0.2},
                         .solved = SolvedRule{4},
                         .plateau = PlateauRule{7, 0.1 + 0.2},
                         .maximize = false};
  const absl::StatusOr<SweepSpec> read = SpecFromJson(SpecToJson(spec));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, spec);
}

TEST(SpecJson, ReadsTheFlagOfEarlierVersions) {
  std::string text = SpecToJson(SmallSweep("a"));
  const std::string now = "\"keep_checkpoint\":\"none\"";
  ASSERT_NE(text.find(now), text.npos) << text;
  text.replace(text.find(now), now.size(), "\"keep_checkpoints\":true");
  EXPECT_EQ(SpecFromJson(text)->keep_checkpoint, KeepCheckpoint::kNewest);
}

TEST(SpecJson, ReadsBackAnExtension) {
  const Extension extension = {{{"lr", {1e-3, 0.1 + 0.2}}, {"objective", {std::string("reverse")}}},
                               {4, 5},
                               {{{0, 7}, {6}}, {{3}, {6, 7}}}};
  EXPECT_EQ(ExtensionFromJson(ExtensionToJson(extension)).value(), extension);
  const Extension points = {.axes = {},
                            .seeds = {},
                            .points = JointAxis({"depth", "lr"}, {{int64_t{2}, 0.1 + 0.2}}),
                            .ends_search = true};
  EXPECT_EQ(ExtensionFromJson(ExtensionToJson(points)).value(), points);
  EXPECT_EQ(ExtensionFromJson("{").status().code(), absl::StatusCode::kDataLoss);
}

TEST(SpecJson, DamagedTextIsDataLoss) {
  const std::string text = SpecToJson(SmallSweep("a"));
  for (size_t length : {size_t{0}, size_t{1}, text.size() / 2, text.size() - 1}) {
    EXPECT_EQ(SpecFromJson(text.substr(0, length)).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace pathsweep

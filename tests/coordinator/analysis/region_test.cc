#include "coordinator/analysis/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ConfigColumns SmallGrid() {
  Grid grid;
  grid.axes = {{"lr", {1e-3, 3e-3}}, {"depth", {int64_t{2}, int64_t{4}}}};
  return ConfigColumns({&grid, 1});
}

TEST(Region, HasTheConfigsThatFitAllConditions) {
  const ConfigColumns configs = SmallGrid();
  EXPECT_THAT(Region({}, configs), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Region({{{.parameter = "depth", .values = {int64_t{4}}},
                       {.parameter = "lr", .values = {}, .lowest = 2e-3}}},
                     configs),
              ElementsAre(3));
  EXPECT_THAT(Region({{{.parameter = "width", .values = {int64_t{7}}}}}, configs), IsEmpty())
      << "it is the same for all";
}

TEST(CheckOccur, NamesWhatNoConfigHas) {
  const ConfigColumns configs = SmallGrid();
  EXPECT_TRUE(CheckOccur({{{.parameter = "depth", .values = {int64_t{4}}}}}, configs).ok());
  EXPECT_THAT(
      std::string(
          CheckOccur({{{.parameter = "depth", .values = {int64_t{3}}}}}, configs).message()),
      HasSubstr("no config of the sweep has `depth` 3; it has 2, 4"));
  EXPECT_THAT(
      std::string(
          CheckOccur({{{.parameter = "objective", .values = {std::string("reverse")}}}}, configs)
              .message()),
      HasSubstr("it has standard"));
}

}  // namespace
}  // namespace pathsweep

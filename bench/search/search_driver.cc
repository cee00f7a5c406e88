// The search as a process that is asked for points and told what came of them, for bench/search.py
// and the tests:
//
//   search_driver --method tpe --dimensions 2 --startup 10 --seed 7
//   → 0.25 0.75        a point of the unit cube
//   ← 1.5              its loss
//   → …
#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "base/philox.h"
#include "coordinator/search/gp_sampler.h"
#include "coordinator/search/tpe.h"

namespace pathsweep {
namespace {

// Names of parameters that may be any number of some range, which is all that matters of them.
constexpr std::array<const char*, 6> kNames = {"lr",    "weight_decay", "dropout",
                                               "beta1", "beta2",        "momentum"};

SearchPool PoolOf(size_t dimensions, int64_t size) {
  std::vector<JointAxis> groups;
  for (size_t i = 0; i < dimensions; ++i) {
    std::vector<JointAxis::Point> points;
    for (int64_t point = 0; point < size; ++point) {
      points.push_back({(static_cast<double>(point) + 0.5) / static_cast<double>(size)});
    }
    groups.emplace_back(std::vector<std::string>{kNames[i]}, std::move(points));
  }
  return SearchPool(groups);
}

void Serve(const SearchPool& pool, const std::string& method, size_t startup, uint64_t seed) {
  const MayPropose any = [](const SearchPool::Choice&) { return true; };
  std::vector<Observation> seen;
  std::string line;
  while (true) {
    PhiloxStream random(seed, 0, seen.size());
    const SearchPool::Choice choice = seen.size() < startup ? pool.Draw(random)
                                      : method == "gp"
                                          ? GpSampler(pool, seen).Propose({}, any, random).value()
                                          : ProposeByTpe(pool, seen, {}, any, random).value();
    std::cout << absl::StrJoin(pool.PointOf(choice), " ",
                               [](std::string* out, const ParameterValue& value) {
                                 absl::StrAppend(out, std::get<double>(value));
                               })
              << std::endl;
    double loss = 0;
    if (!std::getline(std::cin, line) || !absl::SimpleAtod(line, &loss)) return;
    seen.push_back({choice, loss});
  }
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  CLI::App app("proposes points of the unit cube");
  size_t dimensions = 1, startup = 10;
  int64_t size = 1000;
  std::string method = "tpe";
  uint64_t seed = 1;
  app.add_option("--method", method)->check(CLI::IsMember({"tpe", "gp"}));
  app.add_option("--dimensions", dimensions)->required();
  app.add_option("--startup", startup);
  app.add_option("--pool", size);
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  pathsweep::Serve(pathsweep::PoolOf(dimensions, size), method, startup, seed);
}

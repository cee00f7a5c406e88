#include "worker/task/path_star.h"

namespace pathsweep {

Example DrawExample(const TaskShape& shape, uint64_t seed, Stream stream, uint64_t index,
                    int32_t goal) {
  std::vector<int32_t> labels(shape.nodes);
  std::vector<int32_t> order(shape.Edges());
  Example example{std::vector<int32_t>(2 * shape.Edges()), std::vector<int32_t>(shape.length)};
  DrawExample(shape, PhiloxStream(seed, static_cast<uint32_t>(stream), index), goal, labels.data(),
              order.data(), example.edges.data(), example.path.data());
  return example;
}

std::vector<int64_t> EncodePrefix(const TaskShape& shape, const Example& example) {
  std::vector<int64_t> tokens(shape.PrefixLength());
  EncodePrefix(shape, example.edges.data(), example.path.front(), example.path.back(),
               tokens.data());
  return tokens;
}

}  // namespace pathsweep

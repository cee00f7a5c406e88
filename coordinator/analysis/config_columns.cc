#include "coordinator/analysis/config_columns.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pathsweep {
namespace {

// Whichever digit of a config says the parameter's value: consecutive configs that share one, and
// the value's place for each of the digits.
struct Digit {
  int64_t run = 1;
  std::vector<uint32_t> places;
};

Digit DigitOf(const Grid& grid, const ConfigColumn& column) {
  const auto place = [&](const ParameterValue& value) {
    return static_cast<uint32_t>(std::ranges::lower_bound(column.values, value) -
                                 column.values.begin());
  };
  Digit digit{.run = ConfigCount(grid), .places = {}};
  for (const JointAxis& axis : grid.joint) {
    digit.run /= static_cast<int64_t>(axis.points().size());
    const auto name = std::ranges::find(axis.names(), column.spec->name);
    if (name == axis.names().end()) continue;
    const auto i = name - axis.names().begin();
    for (const JointAxis::Point& point : axis.points()) digit.places.push_back(place(point[i]));
    return digit;
  }
  for (const GridAxis& axis : grid.axes) {
    digit.run /= static_cast<int64_t>(axis.values.size());
    if (axis.name != column.spec->name) continue;
    for (const ParameterValue& value : axis.values) digit.places.push_back(place(value));
    return digit;
  }
  digit.places = {place(GetParameter(grid.fixed, *column.spec))};
  return digit;
}

// Of each of the grid's configs.
void AddPlaces(const Grid& grid, ConfigColumn& column) {
  const Digit digit = DigitOf(grid, column);
  const int64_t configs = ConfigCount(grid);
  for (int64_t config = 0; config < configs; ++config) {
    column.at.push_back(digit.places[config / digit.run % digit.places.size()]);
  }
}

}  // namespace

uint64_t Compress(std::vector<uint64_t>& numbers, uint64_t end) {
  constexpr uint64_t kRoom = 16;  // for each number, where a table is faster than sorting
  if (end / kRoom <= numbers.size()) {
    std::vector<uint64_t> places(end, 0);
    for (uint64_t number : numbers) places[number] = 1;
    uint64_t count = 0;
    for (uint64_t& place : places) place = place == 0 ? 0 : count++;
    for (uint64_t& number : numbers) number = places[number];
    return count;
  }
  std::vector<uint64_t> distinct = numbers;
  std::ranges::sort(distinct);
  distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
  for (uint64_t& number : numbers) {
    number = std::ranges::lower_bound(distinct, number) - distinct.begin();
  }
  return distinct.size();
}

ConfigColumns::ConfigColumns(absl::Span<const Grid> grids) : common_(grids.front().fixed) {
  for (const Grid& grid : grids) size_ += static_cast<size_t>(ConfigCount(grid));
  for (const ParameterSpec& spec : TrialParameterTable()) {
    ConfigColumn column{.spec = &spec, .values = {}, .at = {}};
    for (const Grid& grid : grids) {
      const std::vector<ParameterValue> values = ValuesOf(grid, spec);
      column.values.insert(column.values.end(), values.begin(), values.end());
    }
    std::ranges::sort(column.values);
    column.values.erase(std::ranges::unique(column.values).begin(), column.values.end());
    if (column.values.size() == 1) {
      PutParameter(common_, spec, column.values.front());
      continue;
    }
    column.at.reserve(size_);
    for (const Grid& grid : grids) AddPlaces(grid, column);
    columns_.push_back(std::move(column));
  }
}

const ConfigColumn* ConfigColumns::Find(absl::string_view parameter) const {
  const auto found = std::ranges::find_if(
      columns_, [&](const ConfigColumn& column) { return column.spec->name == parameter; });
  return found == columns_.end() ? nullptr : &*found;
}

TrialParameters ConfigColumns::At(size_t config) const {
  TrialParameters parameters = common_;
  for (const ConfigColumn& column : columns_) {
    PutParameter(parameters, *column.spec, column.ValueOf(config));
  }
  return parameters;
}

std::vector<uint64_t> ConfigColumns::GroupsBy(absl::Span<const size_t> configs,
                                              absl::Span<const ConfigColumn* const> columns) const {
  std::vector<uint64_t> groups(configs.size(), 0);
  uint64_t count = 1;  // groups have lower numbers
  for (const ConfigColumn* column : columns) {
    const uint64_t values = column->values.size();
    if (count > std::numeric_limits<uint64_t>::max() / values) count = Compress(groups, count);
    for (size_t i = 0; i < configs.size(); ++i) {
      groups[i] = groups[i] * values + column->at[configs[i]];
    }
    count *= values;
  }
  return groups;
}

std::vector<uint64_t> ConfigColumns::GroupsWithout(absl::Span<const size_t> configs,
                                                   const ConfigColumn* except) const {
  std::vector<const ConfigColumn*> columns;
  for (const ConfigColumn& column : columns_) {
    if (&column != except) columns.push_back(&column);
  }
  return GroupsBy(configs, columns);
}

}  // namespace pathsweep

// The values of a parameter along an axis of a picture.
#pragma once

#include <string>
#include <vector>

#include "pathsweep/v1/parameter.pb.h"

namespace pathsweep {

// Short enough to stand at an axis.
std::string TicText(const v1::ParameterValue& value);

// Numbers stand where they belong, on a logarithmic scale where they are all positive and the
// highest is ten times the lowest or more; choices and truths stand side by side.
class PlotAxis {
 public:
  // Distinct values, in any order.
  explicit PlotAxis(const std::vector<v1::ParameterValue>& values);

  bool IsNumeric() const { return numeric_; }
  bool IsLogarithmic() const { return logarithmic_; }
  // Where the value stands, or that share of the axis beside it; requires one of them.
  double At(const v1::ParameterValue& value, double beside = 0) const;
  // In ascending order, or in the order given for what is no number.
  const std::vector<v1::ParameterValue>& values() const { return values_; }
  // Of a value in values().
  size_t IndexOf(const v1::ParameterValue& value) const;

  // `set xtics …` with the values themselves, a label, the range and the scale; `axis` is x or y.
  std::string Commands(const std::string& axis, const std::string& label) const;
  // The same for cells side by side, each at its index.
  std::string CellCommands(const std::string& axis, const std::string& label) const;

 private:
  // How far along the axis a number stands, from 0 to 1.
  double ShareOf(const v1::ParameterValue& value) const;
  // With room for a mark before the first value and behind the last one.
  std::string Range(const std::string& axis, bool by_index) const;
  std::string Tics(const std::string& axis, bool by_index) const;

  std::vector<v1::ParameterValue> values_;
  bool numeric_ = true;
  bool logarithmic_ = false;
};

}  // namespace pathsweep

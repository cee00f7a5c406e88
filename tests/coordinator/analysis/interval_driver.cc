// Reads lines of numbers and writes their intervals, for test_interval.py:
//   mean V1 V2 …       -> mean low high
//   wilson K N         -> share low high
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/analysis/interval.h"

int main() {
  std::cout << std::setprecision(17);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    std::vector<double> values;
    for (double value; words >> value;) values.push_back(value);
    const pathsweep::Estimate estimate =
        kind == "mean" ? pathsweep::MeanInterval(values, {})
                       : pathsweep::WilsonInterval(static_cast<int64_t>(values[0]),
                                                   static_cast<int64_t>(values[1]));
    std::cout << estimate.value << ' ' << *estimate.low << ' ' << *estimate.high << '\n';
  }
}

// Series of a picture that are told apart by parameters.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pathsweep/v1/parameter.pb.h"

namespace pathsweep {

inline constexpr size_t kMostSeries = 14;  // twice the styles

// What the series has in common, as a key has it: "reverse, depth 4", without the first parameters.
std::string SeriesName(const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters,
                       int without);

// "linestyle 3", of the series by its number.
std::string SeriesStyle(size_t series);

// "title "reverse"", or "notitle" for an empty name.
std::string SeriesTitle(const std::string& name);

// Adds a dashed line at each chance level to what is plotted.
void AddChance(const google::protobuf::RepeatedField<double>& levels,
               std::vector<std::string>& plotted);

}  // namespace pathsweep

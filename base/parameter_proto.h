// Trial parameters to and from protocol messages. Everything that comes in is checked
// against the parameter table.
#pragma once

#include <google/protobuf/repeated_field.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/grid.h"
#include "base/trial_parameters.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

v1::ParameterValue ToProto(const ParameterValue& value);
// Adds all parameters, defaults included, in the table's order.
void ToProto(const TrialParameters& parameters,
             google::protobuf::RepeatedPtrField<v1::Parameter>& protos);
// Adds those that differ from their defaults.
void ChangedToProto(const TrialParameters& parameters,
                    google::protobuf::RepeatedPtrField<v1::Parameter>& protos);
v1::JointAxis ToProto(const JointAxis& axis);
// `fixed`, `joint`, `axes` and `seeds` of the spec.
void ToProto(const Grid& grid, v1::SweepSpec& spec);

// InvalidArgument if no alternative is set.
absl::StatusOr<ParameterValue> FromProto(const v1::ParameterValue& value);
// What is missing has its default. InvalidArgument names the parameter that is unknown, out of
// range or stands twice.
absl::StatusOr<TrialParameters> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters);
// In the parameter's own type, as CheckAxis has it.
absl::StatusOr<GridAxis> FromProto(const v1::Axis& axis);
absl::StatusOr<JointAxis> FromProto(const v1::JointAxis& axis);
// A grid that has passed CheckGrid.
absl::StatusOr<Grid> GridFromProto(const v1::SweepSpec& spec);

// The space of a spec with a search: a grid with every combination of what points are made of,
// whose size is not checked. Its claims may be about any config of it.
absl::StatusOr<Grid> SpaceFromProto(const v1::SweepSpec& spec);

}  // namespace pathsweep

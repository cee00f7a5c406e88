#include "base/parameter_proto.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pathsweep {

namespace {

void Write(const ParameterValue& value, v1::ParameterValue& proto) {
  if (const auto* flag = std::get_if<bool>(&value)) proto.set_flag(*flag);
  if (const auto* integer = std::get_if<int64_t>(&value)) proto.set_integer(*integer);
  if (const auto* real = std::get_if<double>(&value)) proto.set_real(*real);
  if (const auto* choice = std::get_if<std::string>(&value)) proto.set_choice(*choice);
}

void Add(const TrialParameters& parameters, const ParameterSpec& spec,
         google::protobuf::RepeatedPtrField<v1::Parameter>& protos) {
  v1::Parameter& proto = *protos.Add();
  proto.set_name(spec.name.data(), spec.name.size());
  Write(GetParameter(parameters, spec), *proto.mutable_value());
}

}  // namespace

v1::ParameterValue ToProto(const ParameterValue& value) {
  v1::ParameterValue proto;
  Write(value, proto);
  return proto;
}

void ToProto(const TrialParameters& parameters,
             google::protobuf::RepeatedPtrField<v1::Parameter>& protos) {
  for (const ParameterSpec& spec : TrialParameterTable()) Add(parameters, spec, protos);
}

void ChangedToProto(const TrialParameters& parameters,
                    google::protobuf::RepeatedPtrField<v1::Parameter>& protos) {
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!HasDefault(parameters, spec)) Add(parameters, spec, protos);
  }
}

void ToProto(const Grid& grid, v1::SweepSpec& spec) {
  ToProto(grid.fixed, *spec.mutable_fixed());
  for (const GridAxis& axis : grid.axes) {
    v1::Axis& proto = *spec.add_axes();
    proto.set_name(axis.name);
    for (const ParameterValue& value : axis.values) *proto.add_values() = ToProto(value);
  }
  for (const JointAxis& axis : grid.joint) *spec.add_joint() = ToProto(axis);
  spec.mutable_seeds()->Assign(grid.seeds.begin(), grid.seeds.end());
}

absl::StatusOr<ParameterValue> FromProto(const v1::ParameterValue& value) {
  switch (value.value_case()) {
    case v1::ParameterValue::kFlag:
      return value.flag();
    case v1::ParameterValue::kInteger:
      return value.integer();
    case v1::ParameterValue::kReal:
      return value.real();
    case v1::ParameterValue::kChoice:
      return value.choice();
    case v1::ParameterValue::VALUE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a parameter has no value");
}

absl::StatusOr<TrialParameters> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Parameter>& parameters) {
  TrialParameters result;
  std::set<std::string> seen;
  for (const v1::Parameter& parameter : parameters) {
    if (!seen.insert(parameter.name()).second) {
      return absl::InvalidArgumentError(absl::StrCat("`", parameter.name(), "` stands twice"));
    }
    absl::StatusOr<ParameterValue> value = FromProto(parameter.value());
    if (!value.ok()) return value.status();
    absl::Status set = SetParameter(result, parameter.name(), *value);
    if (!set.ok()) return set;
  }
  return result;
}

absl::StatusOr<GridAxis> FromProto(const v1::Axis& proto) {
  GridAxis axis{proto.name(), {}};
  for (const v1::ParameterValue& one : proto.values()) {
    absl::StatusOr<ParameterValue> value = FromProto(one);
    if (!value.ok()) return value.status();
    axis.values.push_back(*std::move(value));
  }
  return CheckAxis(axis);
}

v1::JointAxis ToProto(const JointAxis& axis) {
  v1::JointAxis proto;
  for (size_t i = 0; i < axis.names().size(); ++i) {
    v1::Axis& column = *proto.add_columns();
    column.set_name(axis.names()[i]);
    for (const JointAxis::Point& point : axis.points()) {
      *column.add_values() = ToProto(point[i]);
    }
  }
  return proto;
}

absl::StatusOr<JointAxis> FromProto(const v1::JointAxis& proto) {
  std::vector<std::string> names;
  const int count = proto.columns().empty() ? 0 : proto.columns(0).values_size();
  std::vector<JointAxis::Point> points(count);
  for (const v1::Axis& column : proto.columns()) {
    names.push_back(column.name());
    if (column.values_size() != count) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", column.name(), "` has ", column.values_size(), " values, but `",
                       names.front(), "`, with which it changes, ", count));
    }
    for (int i = 0; i < count; ++i) {
      absl::StatusOr<ParameterValue> value = FromProto(column.values(i));
      if (!value.ok()) return value.status();
      points[i].push_back(*std::move(value));
    }
  }
  return CheckAxis(JointAxis(std::move(names), std::move(points)));
}

namespace {

absl::StatusOr<Grid> GridFromProto(const v1::SweepSpec& spec,
                                   const google::protobuf::RepeatedPtrField<v1::JointAxis>& joint) {
  absl::StatusOr<TrialParameters> fixed = FromProto(spec.fixed());
  if (!fixed.ok()) return fixed.status();
  Grid grid{*std::move(fixed), {}, {}, {spec.seeds().begin(), spec.seeds().end()}};
  for (const v1::JointAxis& proto : joint) {
    absl::StatusOr<JointAxis> axis = FromProto(proto);
    if (!axis.ok()) return axis.status();
    grid.joint.push_back(*std::move(axis));
  }
  for (const v1::Axis& proto : spec.axes()) {
    absl::StatusOr<GridAxis> axis = FromProto(proto);
    if (!axis.ok()) return axis.status();
    grid.axes.push_back(*std::move(axis));
  }
  return grid;
}

}  // namespace

absl::StatusOr<Grid> GridFromProto(const v1::SweepSpec& spec) {
  absl::StatusOr<Grid> grid = GridFromProto(spec, spec.joint());
  if (!grid.ok()) return grid;
  if (absl::Status valid = CheckGrid(*grid); !valid.ok()) return valid;
  return grid;
}

absl::StatusOr<Grid> SpaceFromProto(const v1::SweepSpec& spec) {
  absl::StatusOr<Grid> grid = GridFromProto(spec, spec.search().groups());
  if (!grid.ok()) return grid;
  if (spec.joint_size() > 0 || grid->joint.empty()) {
    return absl::InvalidArgumentError("a search chooses among `groups`, and `joint` is empty");
  }
  if (absl::Status valid = CheckAxes(*grid); !valid.ok()) return valid;
  return grid;
}

}  // namespace pathsweep

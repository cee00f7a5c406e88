// A sweep's spec, and what it was extended by, as JSON text: the form they have in the database.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "coordinator/domain/extension.h"
#include "coordinator/domain/sweep.h"

namespace pathsweep {

std::string SpecToJson(const SweepSpec& spec);

// DataLoss if the text is not what SpecToJson writes. Parameters that the spec's version
// did not know have their default; those that no longer exist are an error.
absl::StatusOr<SweepSpec> SpecFromJson(absl::string_view text);

std::string ExtensionToJson(const Extension& extension);
absl::StatusOr<Extension> ExtensionFromJson(absl::string_view text);

}  // namespace pathsweep

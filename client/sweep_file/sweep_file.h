// Sweep files: the YAML that a user writes, in the shape of Weights & Biases' sweeps.
// docs/sweep_file.md describes it.
//
//   name: tree
//   method: grid
//   parameters:
//     objective: {values: [standard, reverse]}
//     lr: {values: [1e-3, 3e-3]}
//     nodes: {value: 9}
//   seeds: 3
//
// Pure functions but for reading the file; thread safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pathsweep/v1/sweep.pb.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// A spec that has passed CheckGrid. InvalidArgument names every problem on a line of its
// own: `grid.yaml:7:3: unknown parameter `detph`, did you mean `depth`?`.
// What a user may not expect is added to `notices`, if it is not null.
absl::StatusOr<v1::SweepSpec> ParseSweepFile(absl::string_view text, absl::string_view file,
                                             std::vector<std::string>* notices = nullptr);

// The same from a file. A sweep that the file does not name is named like the file.
absl::StatusOr<v1::SweepSpec> ReadSweepFile(const std::filesystem::path& path,
                                            std::vector<std::string>* notices = nullptr);

// What a sweep is extended by: the parameters and seeds that the file names, and nothing else; the
// sweep is left open. Errors are those of ReadSweepFile.
absl::StatusOr<v1::ExtendSweepRequest> ReadExtension(const std::filesystem::path& path);

}  // namespace pathsweep

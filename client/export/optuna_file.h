// A database in the schema of Optuna's RDBStorage (version 12, of Optuna 3.2 to 5), which
// `optuna.load_study` opens.
//
//   absl::StatusOr<std::unique_ptr<OptunaFile>> file =
//       OptunaFile::Create("optuna.db", "demo", "exact_match", columns);
//   absl::Status status = (*file)->Add(trial);   // each, with history and attempts
//   if (status.ok()) status = (*file)->Finish();
//
// Not thread safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/export/trial_columns.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

class OptunaFile {
 public:
  // One study, named as the sweep, of the varying parameters. There must be no such file.
  static absl::StatusOr<std::unique_ptr<OptunaFile>> Create(const std::string& path,
                                                            const std::string& study,
                                                            const std::string& metric,
                                                            const TrialColumns& columns);
  ~OptunaFile();

  // A trial that has ended: COMPLETE with a value of the metric, PRUNED if it was stopped, else
  // FAIL.
  absl::Status Add(const v1::Trial& trial);

  absl::Status Finish();

 private:
  class Tables;
  explicit OptunaFile(std::unique_ptr<Tables> tables);

  std::unique_ptr<Tables> tables_;
};

}  // namespace pathsweep

// A record for each trial, as CSV or JSON.
//
//   TrialRecords records(columns);
//   write(records.CsvHeader()); for (each trial) write(records.Csv(trial));
#pragma once

#include <string>
#include <vector>

#include "client/export/trial_columns.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

struct RecordColumn {
  enum class Type { kInteger, kReal, kFlag, kText };
  std::string name;
  Type type;
};

class TrialRecords {
 public:
  explicit TrialRecords(const TrialColumns& columns)
      : parameters_(columns.Varying()),
        metrics_(columns.metrics().begin(), columns.metrics().end()) {}

  // Those of the CSV, in order.
  std::vector<RecordColumn> Columns() const;
  std::string CsvHeader() const;
  // A cell is empty where a trial has not measured the metric.
  std::string Csv(const v1::Trial& trial) const;
  // An object on one line, without the line's end.
  std::string Json(const v1::Trial& trial) const;

 private:
  const std::vector<ParameterSpread> parameters_;
  const std::vector<std::string> metrics_;
};

}  // namespace pathsweep

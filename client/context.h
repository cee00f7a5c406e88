// What every command gets.
#pragma once

#include <string>

#include "client/connection.h"
#include "client/environment.h"
#include "client/report.h"

namespace pathsweep {

struct GlobalOptions {
  std::string server = "127.0.0.1:7070";
  OutputFormat output = OutputFormat::kTable;
};

struct Context {
  Environment& environment;
  const GlobalOptions& options;

  void Print(const Report& report) const { WriteReport(environment.out, options.output, report); }
};

}  // namespace pathsweep

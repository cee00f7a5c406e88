// What every command gets.
#pragma once

#include <string>

#include "client/connection.h"
#include "client/environment.h"
#include "client/views/report.h"

namespace pathsweep {

struct GlobalOptions {
  std::string server = "127.0.0.1:7070";
  OutputFormat output = OutputFormat::kTable;
};

struct Context {
  Environment& environment;
  const GlobalOptions& options;

  void Print(const Report& report) const { WriteReport(environment.out, options.output, report); }

  // The environment for progress: it goes to `err` where `out` is for machines.
  Environment ForProgress(Interrupts& interrupts) const {
    const bool for_people = options.output == OutputFormat::kTable;
    return {for_people ? environment.out : environment.err,
            environment.err,
            environment.terminal && for_people,
            environment.clock,
            interrupts,
            environment.programs};
  }
};

}  // namespace pathsweep

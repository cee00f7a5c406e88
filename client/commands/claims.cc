#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/sweep_file/sweep_file.h"
#include "client/views/claims_view.h"

namespace pathsweep {
namespace {

// Enough for the page, and all that the coordinator gives for programs.
constexpr int kPageVerdicts = 1000;
constexpr int kAllVerdicts = 20'000;

struct ClaimsOptions {
  std::string sweep;
  std::vector<std::string> names;
  std::string file;
};

absl::Status Claims(Context& context, const ClaimsOptions& options) {
  v1::GetClaimsRequest request;
  request.set_sweep(options.sweep);
  request.mutable_names()->Assign(options.names.begin(), options.names.end());
  const OutputFormat format = context.options.output;
  request.set_max_verdicts(IsForPrograms(format) ? kAllVerdicts : kPageVerdicts);
  if (!options.file.empty()) {
    absl::StatusOr<v1::SweepSpec> spec = ReadSweepFile(options.file);
    if (!spec.ok()) return spec.status();
    if (spec->claims().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(options.file, " has no `claims`"));
    }
    *request.mutable_claims() = spec->claims();
  }
  Connection connection(context.options.server);
  absl::StatusOr<v1::GetClaimsResponse> claims =
      connection.Call(&Connection::Stub::GetClaims, request);
  if (!claims.ok()) return claims.status();
  if (claims->claims().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sweep `", claims->sweep(),
        "` has no claims; write `claims` into its sweep file and ask with `--file FILE`"));
  }
  WriteClaims(context.environment.out, format, *claims);
  return absl::OkStatus();
}

}  // namespace

void AddClaimsCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<ClaimsOptions>();
  CLI::App* claims = app.add_subcommand(
      "claims", "where the sweep's claims hold, what explains where they do not, counterexamples");
  claims->add_option("sweep", options->sweep, "name or number of the sweep")->required();
  CLI::Option* names =
      claims->add_option("--claim", options->names, "these alone, comma-separated")->delimiter(',');
  claims
      ->add_option("--file", options->file,
                   "claims of this sweep file instead of those that the sweep was submitted with")
      ->excludes(names);
  claims->callback([=] { choose([=](Context& context) { return Claims(context, *options); }); });
}

}  // namespace pathsweep

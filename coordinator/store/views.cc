#include "coordinator/store/views.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/trial_parameters.h"

namespace pathsweep {
namespace {

// $PARAMETERS stands for the parameter columns.
//
// robustness holds the Student-t interval of the mean, cut to the metric's range, and the
// Wilson interval of the share solved, both 95 %. coordinator/analysis computes the same
// for tables; a test holds one against the other. x / 0 is NULL in SQLite, which is
// what an interval from a single seed should be.
struct View {
  absl::string_view name;
  absl::string_view query;
};

constexpr std::array<View, 6> kViews = {{
    {"trial_attempts", R"sql(
SELECT s.name AS sweep, a.trial_id, a.attempt, a.worker, a.leased_at, a.ended_at, a.reason,
       a.detail, a.fused, a.execution, a.energy_joules, e.build, e.libtorch, e.device,
       e.device_name, e.threads
FROM attempts a JOIN trials t ON t.id = a.trial_id JOIN sweeps s ON s.id = t.sweep_id
LEFT JOIN environments e ON e.id = a.environment_id)sql"},
    {"learning_curves", R"sql(
SELECT s.name AS sweep, t.id AS trial_id, t.config, t.seed, $PARAMETERS,
       k.name AS metric, m.step, m.value
FROM sweeps s
JOIN trials t ON t.sweep_id = s.id
JOIN measurements m ON m.trial_id = t.id
JOIN metrics k ON k.id = m.metric_id)sql"},
    {"trial_results", R"sql(
SELECT s.name AS sweep, t.id AS trial_id, t.config, t.seed, t.state, t.reason, t.detail, t.attempt,
       t.worker, t.reused_from, $PARAMETERS, k.name AS metric, m.step, m.value
FROM sweeps s
JOIN trials t ON t.sweep_id = s.id
JOIN metrics k
JOIN measurements m ON m.trial_id = t.id AND m.metric_id = k.id
 AND m.step = (SELECT max(step) FROM measurements
               WHERE trial_id = t.id AND metric_id = k.id))sql"},
    {"claim_verdicts", R"sql(
SELECT s.name AS sweep, v.claim, v.config, $PARAMETERS, v.verdict, v.mean, v.low, v.high, v.bound,
       v.margin, v.seeds, v.missing, v.q
FROM sweeps s JOIN verdicts v ON v.sweep_id = s.id LEFT JOIN trials t ON t.id = v.trial_id)sql"},
    {"claim_counterexamples", R"sql(
SELECT s.name AS sweep, c.claim, c.trial_id, t.config, t.seed, $PARAMETERS
FROM sweeps s JOIN counterexamples c ON c.sweep_id = s.id JOIN trials t ON t.id = c.trial_id)sql"},
    {"robustness", R"sql(
WITH solved AS (
  SELECT trial_id, value >= solved_at AS solved FROM trial_results WHERE metric = 'exact_match'
), result AS (
  SELECT r.*, coalesce(s.solved, 0) AS solved,
         avg(r.value) OVER (PARTITION BY r.sweep, r.config, r.metric) AS mean
  FROM trial_results r LEFT JOIN solved s USING (trial_id)
  WHERE r.state IN ('succeeded', 'stopped')
), cell AS (
  SELECT sweep, config, $PARAMETERS, metric, mean, count(*) AS n, 1.0 * sum(solved) / count(*) AS p,
         sqrt(sum((value - mean) * (value - mean)) / (count(*) - 1) / count(*)) AS standard_error
  FROM result GROUP BY sweep, config, metric
), spread AS (
  SELECT c.*, k.lowest, k.highest, 3.8414588206941236 / n AS zz,
         standard_error * (SELECT quantile_975 FROM student_t
                           WHERE degrees_of_freedom = min(c.n - 1, 1000)) AS half_width
  FROM cell c JOIN metrics k ON k.name = c.metric
)
SELECT sweep, config, $PARAMETERS, metric, mean,
       max(mean - half_width, lowest) AS low, min(mean + half_width, highest) AS high, n,
       p AS solved,
       max(0, (p + zz / 2 - sqrt(zz * (p * (1 - p) + zz / 4))) / (1 + zz)) AS solved_low,
       min(1, (p + zz / 2 + sqrt(zz * (p * (1 - p) + zz / 4))) / (1 + zz)) AS solved_high
FROM spread)sql"},
}};

// As SQLite keeps it.
std::string Statement(const View& view, absl::string_view parameters) {
  return absl::StrCat("CREATE VIEW ", view.name, " AS",
                      absl::StrReplaceAll(view.query, {{"$PARAMETERS", parameters}}));
}

std::string Present(SQLite::Database& database, const View& view) {
  SQLite::Statement row(database, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?");
  row.bind(1, std::string(view.name));
  return row.executeStep() ? row.getColumn(0).getString() : "";
}

}  // namespace

void CreateViews(SQLite::Database& database) {
  std::vector<absl::string_view> names;
  for (const ParameterSpec& spec : TrialParameterTable()) names.push_back(spec.name);
  const std::string parameters = absl::StrJoin(names, ", ");
  for (const View& view : kViews) {
    const std::string statement = Statement(view, parameters);
    if (Present(database, view) == statement) continue;
    database.exec(absl::StrCat("DROP VIEW IF EXISTS ", view.name));
    database.exec(statement);
  }
}

}  // namespace pathsweep

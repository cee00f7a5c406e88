#include "client/export/optuna_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "client/programs/scratch_folder.h"

namespace pathsweep {
namespace {

v1::Trial MakeTrial(int64_t id, v1::TrialState state, double lr, std::optional<double> value) {
  v1::Trial trial;
  trial.set_id(id);
  trial.set_state(state);
  trial.set_seed(7);
  trial.set_reason("it's \"so\"");
  v1::Parameter& rate = *trial.add_parameters();
  rate.set_name("lr");
  rate.mutable_value()->set_real(lr);
  v1::Parameter& objective = *trial.add_parameters();
  objective.set_name("objective");
  objective.mutable_value()->set_choice(id % 2 == 0 ? "reverse" : "standard");
  v1::Parameter& same = *trial.add_parameters();
  same.set_name("depth");
  same.mutable_value()->set_integer(2);
  if (!value) return trial;
  v1::Measurement& metric = *trial.add_metrics();
  metric.set_metric("exact_match");
  metric.set_step(10);
  metric.set_value(*value);
  *trial.add_history() = metric;
  return trial;
}

// tests/e2e/test_export.py opens such a file with Optuna itself.
TEST(OptunaFile, StatesAreThoseOfOptuna) {
  const ScratchFolder folder = ScratchFolder::Make().value();
  const std::string path = (folder.path() / "optuna.db").string();
  const std::vector<v1::Trial> trials = {
      MakeTrial(1, v1::TRIAL_STATE_SUCCEEDED, 1e-4, 0.5),
      MakeTrial(2, v1::TRIAL_STATE_SUCCEEDED, 1e-3, std::nullopt),  // diverged at once
      MakeTrial(3, v1::TRIAL_STATE_STOPPED, 1e-3, 0.25),
      MakeTrial(4, v1::TRIAL_STATE_FAILED, 1e-3, 0.25),
      MakeTrial(5, v1::TRIAL_STATE_CANCELLED, 1e-3, std::nullopt)};
  TrialColumns columns;
  for (const v1::Trial& trial : trials) columns.Add(trial);
  const auto file = OptunaFile::Create(path, "demo", "exact_match", columns).value();
  for (const v1::Trial& trial : trials) ASSERT_EQ(file->Add(trial), absl::OkStatus());
  ASSERT_EQ(file->Finish(), absl::OkStatus());

  SQLite::Database database(path);
  const auto text = [&](const std::string& sql) { return database.execAndGet(sql).getString(); };
  EXPECT_EQ(text("SELECT group_concat(state) FROM trials"), "COMPLETE,FAIL,PRUNED,FAIL,FAIL");
  EXPECT_EQ(text("SELECT group_concat(DISTINCT param_name) FROM trial_params"), "lr,objective");
  EXPECT_EQ(text("SELECT group_concat(param_value) FROM trial_params WHERE param_name = "
                 "'objective'"),
            "0.0,1.0,0.0,1.0,0.0")
      << "as they first came";
  EXPECT_EQ(text("SELECT group_concat(trial_id) FROM trial_values"), "1,3")
      << "Optuna allows a failed trial no value";
  EXPECT_EQ(text("SELECT distribution_json FROM trial_params LIMIT 1"),
            R"({"name":"FloatDistribution","attributes":{"log":true,"step":null,"low":0.0001,)"
            R"("high":0.001}})");
  EXPECT_EQ(text("SELECT value_json FROM trial_user_attributes WHERE \"key\" = 'reason'"),
            R"("it's \"so\"")");
  EXPECT_EQ(text("SELECT group_concat(step) FROM trial_intermediate_values"), "10,10,10");
}

TEST(OptunaFile, WhatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(OptunaFile::Create("/nonexistent/x.db", "demo", "loss", {}).ok());
}

TEST(TrialColumns, HoldWhatDiffers) {
  TrialColumns columns;
  columns.Add(MakeTrial(1, v1::TRIAL_STATE_PENDING, 1e-3, std::nullopt));
  EXPECT_TRUE(columns.Varying().empty());
  columns.Add(MakeTrial(3, v1::TRIAL_STATE_SUCCEEDED, 1e-2, 0.5));
  ASSERT_EQ(columns.Varying().size(), 1u);
  EXPECT_EQ(columns.Varying()[0].name, "lr");
  EXPECT_EQ(columns.Varying()[0].highest, ParameterValue(1e-2));
  EXPECT_THAT(columns.metrics(), testing::ElementsAre("exact_match"));
  EXPECT_EQ(columns.trials(), 2);
}

}  // namespace
}  // namespace pathsweep

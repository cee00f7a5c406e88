// Runs simulated histories of a coordinator and its workers; tests/simulation/README.md.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/coordinator/store/temporary_folder.h"
#include "tests/simulation/world.h"

namespace pathsweep {
namespace {

struct Options {
  uint64_t first = 1;
  uint64_t seeds = 5000;
  int actions = 600;
  // Every so many seeds one runs over a real SQLite file; 0: none.
  uint64_t sqlite_every = 25;
  int threads = 2;
  bool trace = false;
};

// A history of the given actions; what it broke, and its trace.
struct History {
  std::vector<std::string> broken;
  std::vector<std::string> trace;
};

History Play(uint64_t seed, const std::vector<int>& actions, bool sqlite) {
  std::unique_ptr<TemporaryFolder> folder;
  std::unique_ptr<Store> disk;
  if (sqlite) {
    folder = std::make_unique<TemporaryFolder>();
    disk = SqliteStore::Open(folder->File("results.db")).value();
  } else {
    disk = std::make_unique<MemoryStore>();
  }
  World world(seed, std::move(disk));
  const bool held = std::ranges::all_of(actions, [&](int i) { return world.Act(i); });
  if (held) world.Settle();
  return {world.broken(), world.trace()};
}

// Fewer actions that break a rule too: halves, quarters, … are left out as long as that goes
// (Zeller & Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
std::vector<int> Shrink(uint64_t seed, std::vector<int> actions, bool sqlite) {
  for (size_t chunk = actions.size() / 2; chunk >= 1; chunk /= 2) {
    for (size_t at = 0; at < actions.size();) {
      std::vector<int> fewer = actions;
      fewer.erase(fewer.begin() + at, fewer.begin() + std::min(at + chunk, actions.size()));
      if (Play(seed, fewer, sqlite).broken.empty()) {
        at += chunk;
      } else {
        actions = std::move(fewer);
      }
    }
  }
  return actions;
}

void Explain(uint64_t seed, const std::vector<int>& actions, bool sqlite) {
  const History history = Play(seed, actions, sqlite);
  for (const std::string& line : history.trace) std::cout << "  " << line << "\n";
  for (const std::string& rule : history.broken) std::cout << "  BROKEN: " << rule << "\n";
}

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options), next_(options.first) {
    for (int i = 0; i < options.actions; ++i) actions_.push_back(i);
  }

  int Run() {
    const absl::Time started = absl::Now();
    std::vector<std::thread> threads;
    for (int i = 0; i < options_.threads; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    std::cout << absl::StrCat(options_.seeds - failed_, " seeds held, ", failed_.load(),
                              " broke a rule, ", absl::ToInt64Seconds(absl::Now() - started),
                              " s\n");
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void Work() {
    for (uint64_t seed = next_++; seed < options_.first + options_.seeds; seed = next_++) {
      const bool sqlite = options_.sqlite_every > 0 && seed % options_.sqlite_every == 0;
      if (!Play(seed, actions_, sqlite).broken.empty() && ++failed_ == 1) ShowFirst(seed, sqlite);
    }
  }

  void ShowFirst(uint64_t seed, bool sqlite) {
    const std::vector<int> few = Shrink(seed, actions_, sqlite);
    std::cout << "seed " << seed << " breaks a rule; " << actions_.size()
              << " actions were shrunk to " << few.size() << ":\n";
    Explain(seed, few, sqlite);
    std::cout << "replay: simulate --first " << seed << " --seeds 1 --actions " << actions_.size()
              << " --sqlite-every " << options_.sqlite_every << " --trace" << std::endl;
  }

  const Options options_;
  std::vector<int> actions_;
  std::atomic<uint64_t> next_;
  std::atomic<uint64_t> failed_ = 0;
};

int Simulate(const Options& options) {
  if (options.trace) {
    std::vector<int> actions;
    for (int i = 0; i < options.actions; ++i) actions.push_back(i);
    Explain(options.first, actions,
            options.sqlite_every > 0 && options.first % options.sqlite_every == 0);
  }
  return Campaign(options).Run();
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  pathsweep::Options options;
  CLI::App app{"simulate: seeded histories of a coordinator, its disk, network and workers"};
  app.add_option("--first", options.first, "first seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "how many")->capture_default_str();
  app.add_option("--actions", options.actions, "of each history")->capture_default_str();
  app.add_option("--sqlite-every", options.sqlite_every,
                 "every so many seeds one runs over a SQLite file; 0: none")
      ->capture_default_str();
  app.add_option("--threads", options.threads)->capture_default_str()->check(CLI::Range(1, 256));
  app.add_flag("--trace", options.trace, "print all that happens under the first seed");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off);
  return pathsweep::Simulate(options);
}

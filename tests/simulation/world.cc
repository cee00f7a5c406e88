#include "tests/simulation/world.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/rpc/convert.h"

namespace pathsweep {
namespace {

// Streams of the seed.
constexpr uint32_t kActions = 1;
constexpr uint32_t kSetting = 2;

constexpr size_t kMostSweeps = 4;

}  // namespace

// One exchange of a worker with the coordinator. Messages wait in it until an action
// delivers them.
struct World::Stream {
  std::string worker;
  std::deque<v1::WorkerReport> up;
  std::deque<v1::Directive> down;
  std::shared_ptr<WorkerSink> sink;
  bool open = true;
  bool reading = true;     // the coordinator takes the next report when the last is answered
  bool named = false;      // the coordinator has read a report, so it knows whose it is
  bool end_unseen = true;  // the coordinator has not noticed yet that it is closed
};

class World::StreamSink : public WorkerSink {
 public:
  explicit StreamSink(std::weak_ptr<Stream> stream) : stream_(std::move(stream)) {}

  void Send(Directive directive) override {
    const auto stream = stream_.lock();
    if (stream && stream->open) {
      ToProto(directive, stream->down.emplace_back());
    }
  }
  void Close(absl::Status) override {
    if (const auto stream = stream_.lock()) stream->open = false;
  }

 private:
  const std::weak_ptr<Stream> stream_;
};

const std::vector<World::Weighted>& World::Kinds() {
  static const auto& kinds = *new std::vector<Weighted>{
      {&World::Train, 20, false},         {&World::Report, 12, false},
      {&World::DeliverReport, 16, false}, {&World::DeliverDirective, 16, false},
      {&World::Process, 14, false},       {&World::Advance, 6, false},
      {&World::Connect, 5, false},        {&World::StartWorker, 3, false},
      {&World::Submit, 3, false},         {&World::AskAgain, 2, false},
      {&World::Retry, 1, false},          {&World::Suspend, 1, true},
      {&World::PauseOrResume, 2, true},   {&World::Cancel, 1, true},
      {&World::BreakStream, 2, true},     {&World::LoseMessage, 2, true},
      {&World::RepeatMessage, 3, true},   {&World::ReorderMessages, 2, true},
      {&World::HangOrWake, 2, true},      {&World::KillWorker, 1, true},
      {&World::Leave, 1, true},           {&World::KillCoordinator, 1, true},
      {&World::FailCommit, 3, true},      {&World::CancelOne, 2, true},
      {&World::ExtendOne, 2, true},       {&World::Prune, 2, true},
      {&World::GrowOne, 2, true},         {&World::SteerOne, 4, false},
  };
  return kinds;
}

// Every seed has faults of its own: each kind is absent, rare or common.
World::World(uint64_t seed, std::unique_ptr<Store> disk)
    : seed_(seed),
      store_(std::move(disk), [this](absl::Span<const Event> events) { Stored(events); }) {
  PhiloxStream random(seed, kSetting, 0);
  for (const Weighted& kind : Kinds()) {
    weights_.push_back(kind.fault ? kind.weight * std::array{0, 1, 4}[random.Below(3)]
                                  : 4 * kind.weight);
  }
  peers_.resize(1 + random.Below(4));
}

World::~World() = default;

bool World::Act(int i) {
  PhiloxStream random(seed_, kActions, i);
  uint32_t all = 0;
  for (uint32_t weight : weights_) all += weight;
  uint32_t drawn = random.Below(all);
  size_t kind = 0;
  while (drawn >= weights_[kind]) drawn -= weights_[kind++];
  (this->*Kinds()[kind].kind)(random);
  return broken().empty();
}

World::Peer* World::Awake(PhiloxStream& random) {
  Peer& peer = peers_[random.Below(peers_.size())];
  return peer.worker != nullptr && !peer.hung ? &peer : nullptr;
}

std::shared_ptr<World::Stream> World::Draw(PhiloxStream& random,
                                           const std::function<bool(const Stream&)>& wanted) {
  std::vector<std::shared_ptr<Stream>> found;
  for (const auto& stream : streams_) {
    if (wanted(*stream)) found.push_back(stream);
  }
  return found.empty() ? nullptr : found[random.Below(found.size())];
}

void World::Train(PhiloxStream& random) {
  Peer* peer = Awake(random);
  if (peer == nullptr) return;
  if (const std::string done = peer->worker->Train(); !done.empty()) Tell(done);
}

void World::Report(PhiloxStream& random) {
  Peer* peer = Awake(random);
  if (peer == nullptr || peer->stream == nullptr || !peer->stream->open) return;
  peer->stream->up.push_back(peer->worker->Report());
  Tell(absl::StrCat(peer->worker->name(), " reports"));
}

void World::DeliverReport(PhiloxStream& random) {
  const auto stream = Draw(random, [](const Stream& one) {
    return (one.reading && !one.up.empty()) || (!one.open && one.end_unseen);
  });
  if (stream == nullptr || engine_ == nullptr) return;
  if (stream->up.empty() || !stream->reading) return NoticeEnd(stream);
  const v1::WorkerReport message = std::move(stream->up.front());
  stream->up.pop_front();
  Tell(absl::StrCat("the coordinator reads report ", message.sequence(), " of ", stream->worker));
  Receive(stream, message);
}

void World::Receive(const std::shared_ptr<Stream>& stream, const v1::WorkerReport& message) {
  absl::StatusOr<WorkerReport> report = FromProto(message);
  if (!report.ok()) return ledger_.Broken(std::string(report.status().message()));
  stream->reading = false;
  stream->named = true;
  inbox_.push_back(
      {ReportOnStream{{*report}, stream->sink},
       [this, stream, report = *report](const absl::Status& status, const State& state) {
         stream->reading = status.ok();
         if (!status.ok()) return stream->sink->Close(status);
         sinks_[stream->worker] = stream->sink;
         Heard(report, state);
       }});
}

void World::NoticeEnd(const std::shared_ptr<Stream>& stream) {
  stream->end_unseen = false;
  if (!stream->named) return;
  Tell(absl::StrCat("the coordinator notices that a stream of ", stream->worker, " has ended"));
  inbox_.push_back({StreamEnded{stream->worker, stream->sink},
                    [this, stream](const absl::Status& status, const State& state) {
                      const auto current = sinks_.find(stream->worker);
                      if (!status.ok() || current == sinks_.end() ||
                          current->second != stream->sink)
                        return;
                      sinks_.erase(current);
                      for (TrialId trial : state.leases.OfWorker(stream->worker)) {
                        if (granted_.contains(trial)) continue;  // after this, in the same drain
                        if (now_ < grace_until_) continue;
                        deadlines_[trial] = std::min(deadlines_[trial], now_ + policy_.reconnect);
                      }
                    }});
}

void World::DeliverDirective(PhiloxStream& random) {
  Peer* peer = Awake(random);
  if (peer == nullptr || peer->stream == nullptr || peer->stream->down.empty()) return;
  const v1::Directive directive = std::move(peer->stream->down.front());
  peer->stream->down.pop_front();
  Tell(absl::StrCat(peer->worker->name(), " reads a directive that acknowledges ",
                    directive.acknowledged_sequence(), " and has ", directive.leases_size(),
                    " leases"));
  peer->worker->Follow(directive, ledger_);
}

void World::Process(PhiloxStream&) { Drain(); }

void World::Drain() {
  if (engine_ == nullptr) {
    engine_ = std::make_unique<Engine>(store_, policy_);
    Tell("the coordinator starts");
  }
  // It loads its state now, and every lease begins anew.
  if (!engine_->loaded()) {
    sinks_.clear();
    grace_until_ = absl::InfinitePast();
    for (const auto& [trial, life] : ledger_.trials()) {
      if (life.running) deadlines_[trial] = now_ + std::max(LeaseOf(trial), policy_.lease);
    }
  }
  granted_.clear();
  Tell(absl::StrCat("the coordinator takes ", inbox_.size(), " requests"));
  try {
    engine_->Process(std::exchange(inbox_, {}), now_);
  } catch (const Death&) {
    Tell("the coordinator dies in a commit");
    CoordinatorDies();
  }
  CheckEverything();
}

void World::Advance(PhiloxStream& random) {
  const absl::Duration by = std::array{absl::Milliseconds(100), absl::Seconds(1), absl::Seconds(5),
                                       absl::Seconds(10), absl::Seconds(60)}[random.Below(5)];
  now_ += by;
  Tell(absl::StrCat("time goes by: ", absl::FormatDuration(by)));
  if (engine_ != nullptr && engine_->NextDeadline() <= now_) Drain();
}

// The coordinator's machine sleeps; nobody is to blame for what was not said meanwhile.
void World::Suspend(PhiloxStream&) {
  if (engine_ == nullptr || !engine_->loaded()) return;
  Tell("the coordinator is suspended for an hour");
  now_ += absl::Hours(1);
  engine_->Overslept(now_);
  for (auto& [trial, deadline] : deadlines_) deadline = now_ + LeaseOf(trial);
  grace_until_ = now_ + policy_.lease;
  Drain();
}

void World::Connect(PhiloxStream& random) {
  Peer* peer = Awake(random);
  if (peer == nullptr || engine_ == nullptr) return;
  if (peer->stream != nullptr && peer->stream->open) return;
  peer->stream = std::make_shared<Stream>();
  peer->stream->worker = peer->worker->name();
  peer->stream->sink = std::make_shared<StreamSink>(peer->stream);
  peer->stream->up.push_back(peer->worker->Report());
  std::erase_if(streams_, [](const auto& stream) { return !stream->open && !stream->end_unseen; });
  streams_.push_back(peer->stream);
  Tell(absl::StrCat(peer->worker->name(), " opens a stream"));
}

void World::StartWorker(PhiloxStream& random) {
  const size_t number = random.Below(peers_.size());
  Peer& peer = peers_[number];
  if (peer.worker != nullptr && !peer.worker->Left()) return;
  if (peer.stream != nullptr) peer.stream->open = false;
  peer.worker = std::make_unique<SimWorker>(absl::StrCat("w", number, "-", ++peer.lives),
                                            /*slots=*/static_cast<int>(1 + random.Below(3)),
                                            /*fuse=*/static_cast<int>(random.Below(3)),
                                            /*broken=*/random.Below(6) == 0);
  peer.stream = nullptr;
  peer.hung = false;
  Tell(absl::StrCat(peer.worker->name(), " starts"));
}

void World::Submit(PhiloxStream& random) {
  if (clients_.size() == kMostSweeps) return;
  Client client;
  client.spec.name = std::array{"a", "b"}[random.Below(2)];
  GridAxis& axis = client.spec.grid.axes.emplace_back();
  axis.name = "lr";
  for (uint32_t i = 0; i <= random.Below(4); ++i) axis.values.push_back((i + 1) * 1e-3);
  if (random.Below(3) == 0) client.spec.grid.joint = {JointAxis({"warmup"}, {{int64_t{1}}})};
  client.spec.grid.seeds.clear();
  for (uint32_t i = 0; i <= random.Below(3); ++i) client.spec.grid.seeds.push_back(i);
  client.spec.max_attempts = static_cast<int>(1 + random.Below(3));
  client.spec.priority = static_cast<int>(random.Below(2));
  client.spec.max_parallel = random.Below(3);
  client.spec.lease = absl::Seconds(5 * random.Below(2));
  client.spec.reuse = random.Below(2) == 1;
  if (random.Below(2) == 0) {
    client.spec.grid.fixed.steps = SimWorker::kMeasurements;
    client.spec.grid.fixed.eval_every = 1;
    client.spec.early_stopping = {.hyperband = HyperbandRule{.eta = 2, .pauses = true}};
  }
  const std::string request = absl::StrCat("request-", clients_.size());
  clients_.emplace(request, std::move(client));
  Post(request);
}

void World::AskAgain(PhiloxStream& random) {
  if (clients_.empty()) return;
  const auto client = std::next(clients_.begin(), random.Below(clients_.size()));
  if (!client->second.pruning) Post(client->first);
}

void World::Post(const std::string& request) {
  if (engine_ == nullptr) return;
  Tell(absl::StrCat("a client submits ", request));
  const SweepSpec& spec = clients_.at(request).spec;
  inbox_.push_back({SubmitSweep{request, spec, Reusable(spec)},
                    [this, request](const absl::Status& status, const State& state) {
                      if (!status.ok() || clients_.at(request).pruning) return;
                      const Sweep* sweep = state.FindSweepByRequest(request);
                      if (sweep == nullptr) return ledger_.Broken("a submit made no sweep");
                      clients_.at(request).sweep = sweep->id;
                    }});
}

void World::Cancel(PhiloxStream& random) {
  Client* client = Known(random);
  if (client == nullptr) return;
  const std::string sweep = absl::StrCat(*client->sweep);
  Tell(absl::StrCat("a client cancels sweep ", sweep));
  inbox_.push_back(
      {CancelSweep{sweep}, [this, client](const absl::Status& status, const State& state) {
         if (!status.ok() || client->pruning) return;
         client->cancelled = state.sweeps.at(*client->sweep).cancelled;
         if (client->cancelled && !state.sweeps.at(*client->sweep).Ended()) {
           ledger_.Broken("a cancelled sweep has trials that have not ended");
         }
       }});
}

void World::CancelOne(PhiloxStream& random) {
  const Client* client = Known(random);
  if (client == nullptr || !engine_->loaded()) return;
  const Sweep& sweep = engine_->state().sweeps.at(*client->sweep);
  const TrialId trial = sweep.TrialAt(random.Below(static_cast<uint32_t>(sweep.trials)));
  Tell(absl::StrCat("a client cancels trial ", trial));
  ledger_.AllowCancel(trial);
  inbox_.push_back(
      {CancelTrial{trial}, [this, trial](const absl::Status& status, const State& state) {
         if (!status.ok() || ledger_.Find(trial) == nullptr) return;
         // One that had failed was none to cancel, and may have been retried.
         if (ledger_.Find(trial)->failed_attempt > 0) return;
         if (state.live_trials.contains(trial)) {
           ledger_.Broken("a cancelled trial has not ended");
         }
       }});
}

void World::ExtendOne(PhiloxStream& random) {
  Client* client = Known(random);
  if (client == nullptr) return;
  Extension extension;
  for (uint32_t i = random.Below(3); i > 0; --i) extension.seeds.push_back(random.Below(5));
  for (const char* name : {"lr", "depth"}) {
    if (random.Below(2) == 0) continue;
    GridAxis& axis = extension.axes.emplace_back();
    axis.name = name;
    axis.values = {name[0] == 'l' ? ParameterValue((1 + random.Below(6)) * 1e-3)
                                  : ParameterValue(int64_t{4 + random.Below(2)})};
  }
  Tell(absl::StrCat("a client extends sweep ", *client->sweep));
  inbox_.push_back({ExtendSweep{absl::StrCat(*client->sweep), extension},
                    [this, client](const absl::Status& status, const State& state) {
                      if (!status.ok() || client->pruning) return;
                      const Sweep& sweep = state.sweeps.at(*client->sweep);
                      const Grid& grid = sweep.spec.grid;
                      const auto seeds = static_cast<int64_t>(grid.seeds.size());
                      int64_t grown = 0;
                      for (const TrialBlock& block : sweep.blocks) {
                        if (!block.some.empty()) grown += block.trials;
                      }
                      if (sweep.trials != ConfigCount(grid) * seeds + grown) {
                        ledger_.Broken("a sweep has not every combination of its values");
                      }
                      client->trials = sweep.trials;
                    }});
}

// As the planner does: a new point, or more seeds for some configs, of a sweep as it was a moment
// ago.
void World::GrowOne(PhiloxStream& random) {
  Client* client = Known(random);
  if (client == nullptr || !engine_->loaded()) return;
  const Sweep& sweep = engine_->state().sweeps.at(*client->sweep);
  if (sweep.cancelled) return;
  if (!sweep.spec.grid.joint.empty() && random.Below(2) == 0) {
    Grid point = sweep.spec.grid;
    point.joint = {JointAxis({"warmup"}, {{1000 + sweep.trials}})};
    return Grow(client, sweep, {.axes = {}, .seeds = {}, .points = point.joint.front()},
                *CountTrials(point));
  }
  int64_t configs = 0;
  for (const TrialBlock& block : sweep.blocks) {
    configs = std::max(configs, block.first_config + ConfigCount(block.grid));
  }
  MoreSeeds more{.configs = {}, .seeds = {1000 + sweep.trials, 1001 + sweep.trials}};
  for (int64_t config = 0; config < configs; ++config) {
    if (random.Below(3) == 0) more.configs.push_back(config);
  }
  if (more.configs.empty()) return;
  Grow(client, sweep, {.axes = {}, .seeds = {}, .more_seeds = {more}},
       2 * static_cast<int64_t>(more.configs.size()));
}

void World::Grow(Client* client, const Sweep& sweep, const Extension& extension, int64_t trials) {
  const int64_t grown = sweep.trials + trials;
  Tell(absl::StrCat("the planner grows sweep ", sweep.id, " to ", grown, " trials"));
  inbox_.push_back({GrowSweep{sweep.id, sweep.trials, extension},
                    [this, client, grown](const absl::Status& status, const State& state) {
                      if (!status.ok() || client->pruning) return;
                      if (state.sweeps.at(*client->sweep).trials < grown) {
                        ledger_.Broken("a sweep has not grown");
                      }
                      client->trials = state.sweeps.at(*client->sweep).trials;
                    }});
}

std::vector<ReusedTrial> World::Reusable(const SweepSpec& spec) const {
  std::vector<ReusedTrial> reusable;
  if (!spec.reuse || !engine_->loaded()) return reusable;
  const Sweep sweep = NewSweep(spec, 1);
  for (const auto& [trial, known] : ledger_.trials()) {
    if (known.ended != TrialState::kSucceeded) continue;
    const Sweep& source = *engine_->state().SweepOfTrial(trial);
    for (int64_t number = 0; number < sweep.trials; ++number) {
      const TrialId mine = sweep.TrialAt(number);
      if (sweep.SeedOf(mine) == source.SeedOf(trial) &&
          sweep.ParametersOf(mine) == source.ParametersOf(trial) &&
          (reusable.empty() || reusable.back().number < number)) {
        reusable.push_back({number, trial, "completed"});
      }
    }
  }
  return reusable;
}

World::Client* World::Known(PhiloxStream& random) {
  if (clients_.empty() || engine_ == nullptr) return nullptr;
  Client& client = std::next(clients_.begin(), random.Below(clients_.size()))->second;
  return client.sweep && !client.pruning ? &client : nullptr;
}

// Whether it has ended or not; the client says nothing more of a sweep that may be gone.
// As the planner does, of a sweep as it was a moment ago: stops some of the live trials, and lets
// some that are paused go on.
void World::SteerOne(PhiloxStream& random) {
  const Client* client = Known(random);
  if (client == nullptr || !engine_->loaded()) return;
  const Sweep& sweep = engine_->state().sweeps.at(*client->sweep);
  Steering steering;
  for (const auto& [trial, live] : engine_->state().live_trials) {
    if (!sweep.Contains(trial)) continue;
    const uint32_t fate = random.Below(4);
    if (fate == 0) {
      ledger_.AllowStop(trial);
      steering.stops.push_back({trial, {kPlateau, "as the simulation wants"}});
    } else if (fate < 3) {
      steering.promoted.push_back(trial);
    }
  }
  if (steering == Steering()) return;
  Tell(absl::StrCat("the planner stops ", steering.stops.size(), " trials of sweep ", sweep.id,
                    " and promotes ", steering.promoted.size()));
  inbox_.push_back({SteerTrials{sweep.id, sweep.trials, std::move(steering)}, nullptr});
}

void World::Prune(PhiloxStream& random) {
  Client* client = Known(random);
  if (client == nullptr) return;
  Tell(absl::StrCat("a client prunes sweep ", *client->sweep));
  ledger_.AllowPrune(*client->sweep);
  client->pruning = true;
  inbox_.push_back({PruneSweep{absl::StrCat(*client->sweep)},
                    [client](const absl::Status& status, const State&) {
                      client->pruned = status.ok();
                      client->pruning = !absl::IsFailedPrecondition(status);
                    }});
}

void World::PauseOrResume(PhiloxStream& random) {
  const Client* client = Known(random);
  if (client == nullptr) return;
  const bool paused = random.Below(2) == 0;
  Tell(absl::StrCat("a client ", paused ? "pauses" : "resumes", " sweep ", *client->sweep));
  inbox_.push_back({PauseSweep{absl::StrCat(*client->sweep), paused}, nullptr});
}

void World::Retry(PhiloxStream& random) {
  const Client* client = Known(random);
  if (client == nullptr) return;
  Tell(absl::StrCat("a client retries what failed of sweep ", *client->sweep));
  inbox_.push_back({RetryFailed{absl::StrCat(*client->sweep)}, nullptr});
}

void World::ResumeAll() {
  if (engine_ == nullptr || !engine_->loaded()) return;
  for (const auto& [id, sweep] : engine_->state().sweeps) {
    if (sweep.paused) inbox_.push_back({PauseSweep{absl::StrCat(id), false}, nullptr});
  }
}

void World::PromoteAll() {
  if (engine_ == nullptr || !engine_->loaded()) return;
  for (const auto& [trial, live] : engine_->state().live_trials) {
    if (live.state != TrialState::kPaused) continue;
    const Sweep& sweep = *engine_->state().SweepOfTrial(trial);
    inbox_.push_back(
        {SteerTrials{sweep.id, sweep.trials, {.stops = {}, .promoted = {trial}}}, nullptr});
  }
}

void World::BreakStream(PhiloxStream& random) {
  const auto stream = Draw(random, [](const Stream& one) { return one.open; });
  if (stream == nullptr) return;
  stream->open = false;
  Tell(absl::StrCat("a stream of ", stream->worker, " breaks"));
}

void World::LoseMessage(PhiloxStream& random) {
  const auto stream =
      Draw(random, [](const Stream& one) { return !one.up.empty() || !one.down.empty(); });
  if (stream == nullptr) return;
  Tell(absl::StrCat("a message from or to ", stream->worker, " is lost"));
  stream->down.empty() ? stream->up.pop_front() : stream->down.pop_front();
}

void World::RepeatMessage(PhiloxStream& random) {
  const auto stream =
      Draw(random, [](const Stream& one) { return !one.up.empty() || !one.down.empty(); });
  if (stream == nullptr) return;
  Tell(absl::StrCat("a message from or to ", stream->worker, " is repeated"));
  if (stream->down.empty()) {
    stream->up.push_back(stream->up.front());
  } else {
    stream->down.push_back(stream->down.front());
  }
}

void World::ReorderMessages(PhiloxStream& random) {
  const auto stream =
      Draw(random, [](const Stream& one) { return one.up.size() > 1 || one.down.size() > 1; });
  if (stream == nullptr) return;
  Tell(absl::StrCat("messages of ", stream->worker, " overtake each other"));
  std::ranges::reverse(stream->up);
  std::ranges::reverse(stream->down);
}

void World::HangOrWake(PhiloxStream& random) {
  Peer& peer = peers_[random.Below(peers_.size())];
  if (peer.worker == nullptr) return;
  peer.hung = !peer.hung;
  Tell(absl::StrCat(peer.worker->name(), peer.hung ? " hangs" : " goes on"));
}

void World::KillWorker(PhiloxStream& random) {
  Peer& peer = peers_[random.Below(peers_.size())];
  if (peer.worker == nullptr) return;
  Tell(absl::StrCat(peer.worker->name(), " dies"));
  if (peer.stream != nullptr) peer.stream->open = false;
  peer.worker = nullptr;
}

void World::Leave(PhiloxStream& random) {
  Peer* peer = Awake(random);
  if (peer == nullptr) return;
  peer->worker->Leave();
  Tell(absl::StrCat(peer->worker->name(), " is told to leave"));
}

void World::KillCoordinator(PhiloxStream&) {
  if (engine_ == nullptr) return;
  Tell("the coordinator dies");
  CoordinatorDies();
}

void World::CoordinatorDies() {
  engine_ = nullptr;
  inbox_.clear();
  sinks_.clear();
  for (const auto& stream : streams_) stream->open = stream->end_unseen = false;
}

void World::FailCommit(PhiloxStream& random) {
  using Fault = FaultStore::Fault;
  store_.FailNext(std::array{Fault::kRefuse, Fault::kStoreAndRefuse, Fault::kDieBefore,
                             Fault::kDieAfter}[random.Below(4)]);
  Tell("the next commit goes wrong");
}

bool World::AllEnded() {
  for (const auto& [id, sweep] : engine_->state().sweeps) {
    if (!sweep.Ended()) return false;
  }
  return true;
}

bool World::Settle() {
  // Enough for every trial's attempts, with every lease expiring once.
  constexpr int kMostRounds = 2000;
  Tell("all faults cease");
  store_.FailNext(FaultStore::Fault::kNone);
  PhiloxStream random(seed_, kSetting, 1);
  for (int round = 0; round < kMostRounds && broken().empty(); ++round) {
    now_ += absl::Seconds(1);
    ResumeAll();
    PromoteAll();
    Drain();
    if (engine_ != nullptr && engine_->loaded() && AllEnded()) return broken().empty();
    for (Peer& peer : peers_) peer.hung = false;
    for (size_t i = 0; i < 4 * peers_.size(); ++i) {
      StartWorker(random);
      Connect(random);
      for (int step = 0; step < 4; ++step) Train(random);
      // One at a time: what the coordinator reads must not be ever older.
      const bool said = std::ranges::all_of(
          streams_, [](const auto& stream) { return stream->up.empty() || !stream->open; });
      if (said) Report(random);
      DeliverReport(random);
      DeliverDirective(random);
    }
  }
  if (broken().empty()) ledger_.Broken("some trial does not end though all faults have ceased");
  return false;
}

}  // namespace pathsweep

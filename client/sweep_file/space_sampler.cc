#include "client/sweep_file/space_sampler.h"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <optional>

#include "base/philox.h"

namespace pathsweep {
namespace {

constexpr int64_t kTriesInVain = 100'000;
constexpr int64_t kLeastDraws = 200'000;
constexpr int64_t kDrawsPerPoint = 20;

uint64_t Bits(uint64_t seed, uint32_t stream, uint64_t index) {
  PhiloxStream random(seed, stream, index);
  const uint64_t high = random.Next();
  return high << 32 | random.Next();
}

// Strictly between 0 and 1, by the upper 53 bits.
double Share(uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

// Where each point lies in the unit cube.
class Cube {
 public:
  explicit Cube(const Sampling& sampling)
      : sampling_(sampling), dimensions_(sampling.lanes.size()) {
    if (sampling.sobol) sequence_.emplace(std::max<size_t>(dimensions_, 1));
  }

  std::vector<double> Next() {
    std::vector<double> shares;
    for (uint32_t dimension = 0; dimension < dimensions_; ++dimension) {
      const uint64_t bits = sequence_ ? (*sequence_)() ^ Bits(sampling_.seed, dimension, 0)
                                      : Bits(sampling_.seed, dimension, index_);
      shares.push_back(Share(bits));
    }
    ++index_;
    return shares;
  }

 private:
  const Sampling& sampling_;
  const size_t dimensions_;
  std::optional<boost::random::sobol_engine<uint_least64_t, 64>> sequence_;
  uint64_t index_ = 0;
};

// Whether every value is one of its parameter's.
bool Put(const Lane& lane, double share, TrialParameters& parameters) {
  if (!lane.distribution) {
    const auto count = lane.points.size();
    const size_t at = std::min(count - 1, static_cast<size_t>(share * static_cast<double>(count)));
    PutPoint(parameters, lane, at);
    return true;
  }
  const ParameterSpec& spec = *lane.specs.front();
  const auto value = CheckValue(spec, ValueAt(spec, *lane.distribution, share));
  if (value.ok()) PutParameter(parameters, spec, *value);
  return value.ok();
}

}  // namespace

absl::Status DrawPoints(const Sampling& sampling, const TrialParameters& base,
                        const SpaceRules& rules,
                        const std::function<bool(const TrialParameters&)>& goes_together,
                        PointSet& points) {
  Cube cube(sampling);
  size_t found = 0;
  int64_t draws = std::max(kLeastDraws, kDrawsPerPoint * sampling.wanted);
  for (int64_t in_vain = 0; in_vain < kTriesInVain && draws > 0; ++in_vain, --draws) {
    if (points.points().size() > found) in_vain = 0;
    found = points.points().size();
    if (static_cast<int64_t>(found) == sampling.wanted) break;
    const std::vector<double> shares = cube.Next();
    TrialParameters parameters = base;
    bool fits = true;
    for (size_t i = 0; i < shares.size(); ++i) {
      fits = Put(sampling.lanes[i], shares[i], parameters) && fits;
    }
    if (!fits) continue;
    const absl::StatusOr<bool> holds = rules.Resolve(parameters);
    if (!holds.ok()) return holds.status();
    if (*holds && goes_together(parameters)) points.Add(parameters);
  }
  return absl::OkStatus();
}

}  // namespace pathsweep

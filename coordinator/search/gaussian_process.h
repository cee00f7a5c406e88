// A Gaussian process over the points of a search (Rasmussen & Williams 2006, chapter 5), which says
// where it expects how low a loss, and how sure it is.
//
// Matérn's kernel with ν = 5/2 and a length of its own for each lane, in which categories are at
// distance 0 or 1; losses scaled to mean 0 and deviation 1. Lengths and noise maximise the marginal
// likelihood, with a wide lognormal prior on the lengths.
//
// Immutable; thread safe.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/search/sampler.h"

namespace pathsweep {

class GaussianProcess {
 public:
  // Of the loss without its noise.
  struct Belief {
    double mean;
    double deviation;
  };

  // Fits it. The pool must outlive the object. Requires two observations.
  GaussianProcess(const SearchPool& pool, absl::Span<const Observation> seen);

  Belief At(const SearchPool::Choice& point) const;

  // The share of the variance of the losses it was given that it foretells, of each loss from the
  // others (leave-one-out: Rasmussen & Williams 2006, section 5.4.2); below 0 where the others'
  // mean does better.
  double ShareForetold() const;

  // As if each of the points had brought what was expected there: it is surer near them.
  GaussianProcess With(absl::Span<const SearchPool::Choice> pending) const;

 private:
  double Kernel(const std::vector<double>& one, const std::vector<double>& other) const;
  std::vector<double> CoordinatesOf(const SearchPool::Choice& point) const;
  // Takes lengths and noise as they are; the logarithm of the posterior.
  double Condition();
  void Fit();

  const SearchPool* pool_;
  std::vector<std::vector<double>> points_;  // their coordinates
  Eigen::VectorXd losses_;                   // scaled
  double middle_ = 0, scale_ = 1;            // of the losses
  std::vector<double> lengths_;              // of each lane
  double noise_ = 0.01;                      // its variance, in units of the signal's
  double signal_ = 1;                        // variance
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd weights_;
};

}  // namespace pathsweep

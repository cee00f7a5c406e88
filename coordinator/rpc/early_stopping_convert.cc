#include "coordinator/rpc/early_stopping_convert.h"

namespace pathsweep {

EarlyStopping FromProto(const v1::EarlyStopping& proto) {
  EarlyStopping rules{.maximize = !proto.minimize()};
  if (proto.has_hyperband()) {
    const v1::EarlyStopping::Hyperband& rule = proto.hyperband();
    rules.hyperband = {rule.first(), rule.eta(), rule.rungs(), rule.pauses()};
  }
  if (proto.has_median()) rules.median = {proto.median().first()};
  if (proto.has_futility()) rules.futility = {proto.futility().level()};
  if (proto.has_solved()) rules.solved = {proto.solved().evaluations()};
  if (proto.has_plateau()) rules.plateau = {proto.plateau().evaluations(), proto.plateau().least()};
  return rules;
}

v1::EarlyStopping ToProto(const EarlyStopping& rules) {
  v1::EarlyStopping proto;
  proto.set_minimize(!rules.maximize);
  if (rules.hyperband) {
    v1::EarlyStopping::Hyperband& rule = *proto.mutable_hyperband();
    rule.set_first(rules.hyperband->first);
    rule.set_eta(rules.hyperband->eta);
    rule.set_rungs(rules.hyperband->rungs);
    rule.set_pauses(rules.hyperband->pauses);
  }
  if (rules.median) proto.mutable_median()->set_first(rules.median->first);
  if (rules.futility) proto.mutable_futility()->set_level(rules.futility->level);
  if (rules.solved) proto.mutable_solved()->set_evaluations(rules.solved->evaluations);
  if (rules.plateau) {
    proto.mutable_plateau()->set_evaluations(rules.plateau->evaluations);
    proto.mutable_plateau()->set_least(rules.plateau->least);
  }
  return proto;
}

}  // namespace pathsweep

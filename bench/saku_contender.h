// saku itself as a contender: tunes the problem's operator statically and runs what it chose.
#pragma once

#include "bench/contender.h"
#include "targets/machine.h"

namespace saku::bench {

/// Tunes for `threads` threads of `machine`, which must be this one; nothing is executed before the choice is made.
/// Convolutions and pooling with activations in the layouts that saku likes best (`layout=any`), as libraries have it.
/// Of role `single`, named "saku 1 thread", where it stands beside one of more threads; of role `fixed`, "saku plain",
/// with activations as the operator has them, where that is not the same.
[[nodiscard]] Contender saku_contender(const targets::Machine& machine, int threads, Contender::Role role);

}  // namespace saku::bench

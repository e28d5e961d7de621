// saku itself as a contender: tunes the problem's operator statically and runs what it chose.
#pragma once

#include "bench/contender.h"
#include "targets/machine.h"

namespace saku::bench {

/// Tunes for `threads` threads of `machine`, which must be this one; nothing is executed before the choice is made.
/// Of role `single`, named "saku 1 thread", where it stands beside one of more threads.
[[nodiscard]] Contender saku_contender(const targets::Machine& machine, int threads, Contender::Role role);

}  // namespace saku::bench

// saku itself as a contender: tunes the problem's operator statically and runs what it chose.
#pragma once

#include "bench/contender.h"
#include "targets/machine.h"

namespace saku::bench {

/// Tunes for one thread of `machine`, which must be this one; nothing is executed before the choice is made.
[[nodiscard]] Contender saku_contender(const targets::Machine& machine);

}  // namespace saku::bench

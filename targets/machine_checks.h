// Do the facts of a machine agree with each other?
#pragma once

#include "base/json.h"
#include "targets/machine.h"

namespace saku::targets {

/// Complains, at the place in `document` that is most likely wrong, about facts of `machine` (read from it without
/// complaint) that contradict each other:
///   ports and operations   the classes every machine lists are there; tiles apart, no operation is wider than the
///   vectors peak                   equals 2 x lanes / port bound of the widest f32 fma vector                 masks
///   and broadcasts from memory exist in the instruction set; registers fit caches                 levels from 1
///   without a gap; sizes and latencies grow; size = sets x ways x line with whole
///                          sets; one line size; sharing never narrows; bandwidth tables ascend
///   tlb                    levels from 1 without a gap, entries grow, pages are powers of two
///   codegen                triple of a known architecture, well-formed feature list, vectors no wider than the unit's
///   recognition            the architecture is the triple's
void check_machine(const Machine& machine, const JsonCursor& document);

}  // namespace saku::targets

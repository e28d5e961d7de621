// What a candidate's instructions take at the least, and the registers that it cannot do without, counted from its
// loops and copies before a row of its table is written.
//
// Why it is a bound. A phase keeps the core busy for a sum over its loops (costmodel/core_time.cpp), each the largest
// of a few sums of instructions: one for every set of ports, one for the issue width. The largest of sums is no more
// than the sum of the largest, so the instructions of a whole phase, put through the ports at once, take no longer; nor
// do fewer of them. Phases add up, and of what threads divide the busiest has an equal part at least. So it is enough
// never to count an instruction too many:
//
//   arithmetic   the copies of the update in all tiles, with the ends that masks make of tiles: a product by axis
//   loads        of those, one for all copies in straight code that name the same element. Axes that move one dimension
//                of a tensor together share elements; where their steps differ, only the one with most copies counts.
//                One for all iterations of the innermost loop where that does not move the operand; none where lanes
//                are strided
//   stores       of the output once for each block of the reduction, with what it takes to read it again, to turn tiles
//                and to take strided lanes apart. Where the innermost loop's exit is a surprise, or they are more than
//                the reorder buffer holds, they run apart from the loop
//   waiting      of sums for themselves, beside the work: a norm of both (costmodel/waiting.h), and that of the sums of
//                all loops is no more than the sum of theirs. Sums that start, exits that nothing foresees and vectors
//                that spill are added
//   counting     of the innermost loop
//   copies       a store for each vector; where nothing is padded a load, the turning of blocks, counting. Each copy
//                has loops of its own, so its rows are in no other loop's sum
//
// Loops that are written out for padding (features/written_out.h) may share loads between their iterations, and leave
// out elements that nobody stores: short loops count as straight code where padded reads could make that happen.
//
// Averages of tiles and ragged last ones stand for each of them where a count is linear, whole tiles alone elsewhere.
// Registers: sums, operands that copies share, and all other operands of an iteration but the most numerous one.
#pragma once

#include "costmodel/model.h"

namespace saku::tuner {

struct Production;  // tuner/table_production.h

struct LeastWork {
    double seconds = 0;       ///< on the busiest thread; never above Appraisal::least_seconds
    double even_seconds = 0;  ///< as Appraisal::even_seconds, if threads had equal parts of it
    double spilled = 0;  ///< vectors that certainly do not fit into the registers; features::worst_spill is no less
};

/// Of a table in the making whose loops and copies are planned. The model must be of the operator's machine.
[[nodiscard]] LeastWork least_work(const Production& work, const costmodel::Model& model);

}  // namespace saku::tuner

// tail: what happens to the ragged last tile of a split loop.
//
//     for i_o < 13 { for k { for i_i < 8 { if 99 - 8*i_o - i_i >= 0 { S } } } }
//  => tail(i_i, peel)
//     for i_o < 13 { if 92 - 8*i_o >= 0 { for k { for i_i < 8 { S } } } else { for k { for i_i < 4 { S } } } }
//  => tail(i_i, mask)
//     for i_o < 13 { for k { for i_i < 8 { S with reads padded, stores guarded } } }
//
// `loop` is the outermost loop of the tile.
//
// peel: where the whole tile is inside, the guard is gone; else a copy of the nest with the loop shortened (and what
// remains of the guard on a vector loop, as a mask) runs: a micro-kernel of its own size. The choice is made as far out
// as the loops of the tile's position allow, outside the reduction loops, for all loops of the tile together.
//
// mask: updates of register tiles run unguarded, on operands that are padded (they give 0 outside the tensor); only
// stores to memory keep the guard, and reads of old results, whose elements outside start from 0. Does not apply to
// reduction loops, nor where a packed copy was made under the guard.
//
// A loop without a tail is left as it is.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

struct Tail {
    enum class Kind : std::uint8_t { peel, mask };
    std::string loop;
    Kind kind = Kind::peel;
    friend bool operator==(const Tail&, const Tail&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Tail& step);

}  // namespace saku::schedules

// Padded accesses: which of their copies are tested where they are read, and how often.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "features/access_shape.h"
#include "ir/loop_nest.h"

namespace saku::features {

/// The values of the chain's loops; of variables that none of them has, 0. The chain must outlive it.
[[nodiscard]] ir::Ranges ranges_of_chain(const std::vector<EnclosingLoop>& chain);

/// Elements that may lie outside the buffer.
struct Padding {
    double references = 0;    ///< that some iteration of the loops finds outside, found out where they are read
    double tests = 0;         ///< per dimension: places to test that the innermost table loop changes
    double lane_tests = 0;    ///< of these, those that the lanes move
    double masks = 0;         ///< different outcomes: places of the subscripts that may leave their dimensions
    double lanes_inside = 1;  ///< of a vector: those that some iteration finds inside; emission reads no others
};

/// A loop of a chain that moves a subscript.
struct Move {
    std::size_t loop;   ///< position in the chain
    std::int64_t step;  ///< positions from one iteration to the next; without meaning for subscripts with divisions
};

/// A subscript over the loops of a chain, and the dimension it goes along.
struct Subscript {
    std::int64_t constant = 0;
    std::int64_t extent = 1;             ///< of the dimension: [0, extent) is inside
    std::span<const Move> moves = {};    ///< in the order of the chain; no step is 0 where there are no divisions
    const ir::Index* divided = nullptr;  ///< the whole of it, where it has floors or remainders
};

/// Of `references` distinct elements, those that may leave the buffer. Guards around are not looked at: emission tests
/// what the loops' extents alone do not exclude.
[[nodiscard]] Padding padding_of(std::span<const Subscript> subscripts, double references,
                                 const std::vector<EnclosingLoop>& chain);
[[nodiscard]] Padding padding_of(const ir::Access& access, const ir::Buffer& buffer, double references,
                                 const std::vector<EnclosingLoop>& chain);

}  // namespace saku::features

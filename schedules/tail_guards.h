// Guards on a tile: which conditions make its last block ragged.
#pragma once

#include <optional>
#include <vector>

#include "ir/loop_nest.h"
#include "schedules/place.h"

namespace saku::schedules {

/// A condition such as 99 - 8*i_o - i_i >= 0, seen from outside the tile loop i_i.
struct RaggedTile {
    ir::Index outside;  ///< -8*i_o: the terms whose loops stand outside the tile
    ir::Index whole;    ///< 92 - 8*i_o: >= 0 where the condition holds for the whole tile
};

/// The terms of an index whose variables are all bound at the place; nothing when a floor or mod mixes bound and other
/// variables.
[[nodiscard]] std::optional<ir::Index> bound_terms(const ir::Index& index, const Place& place);

/// The first condition inside the node that uses the loop `tile` (inside the node), whose other variables from outside
/// that loop are all bound at `place`, and which is not one of `done` (compared by `whole`).
[[nodiscard]] std::optional<RaggedTile> first_ragged(const ir::Node& node, const Place& place, ir::VarId tile,
                                                     const std::vector<ir::Index>& done);

/// Does a condition inside the node have exactly these terms over the variables bound at `place`?
[[nodiscard]] bool concerns(const ir::Node& node, const Place& place, const ir::Index& outside);

/// The block where these terms are at least `least`: conditions on them that then hold are gone.
[[nodiscard]] ir::Block where_at_least(const ir::Block& block, const Place& place, const ir::Index& terms,
                                       std::int64_t least);

/// The block with `value` for these terms in conditions. Subscripts keep them: two branches that name an element in the
/// same words are easier to compare.
[[nodiscard]] ir::Block where_equal(const ir::Block& block, const Place& place, const ir::Index& terms,
                                    std::int64_t value);

/// The block without conditions that hold for all values of the loops around them, and with loops (other than vector
/// ones) cut where all they hold is guarded off; by intervals of the loops only.
[[nodiscard]] ir::Block settled(const ir::Block& block, const Place& place);

/// The one value that the terms can have at the place, being at most `high`, where there is one.
[[nodiscard]] std::optional<std::int64_t> only_value(const ir::Index& terms, const Place& place, std::int64_t high);

}  // namespace saku::schedules

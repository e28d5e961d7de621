// Orders of dimensions in memory, with blocks, and their names: NHWC, NCHW16c.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace saku::ir {

/// One physical dimension.
struct LayoutDigit {
    int dimension = 0;
    std::int64_t block = 0;  ///< positions of a block; 0: what the blocks of the dimension leave
    friend bool operator==(const LayoutDigit&, const LayoutDigit&) = default;
};

/// Outermost first. A sound order lists each dimension once with block 0, and blocks of at least 2 beside that; of
/// several blocks of a dimension, later ones are the finer ones.
using LayoutOrder = std::vector<LayoutDigit>;

/// Reads the name of a sound order: the letters of `dimensions`, each once, and blocks as a number and a small letter.
/// Nothing where the text is no such name or has a block of more than 2^20 positions.
[[nodiscard]] std::optional<LayoutOrder> read_layout_order(const std::string& text,
                                                           const std::vector<std::string>& dimensions);

[[nodiscard]] std::string layout_name(const LayoutOrder& order, const std::vector<std::string>& dimensions);

/// For messages: "the letters NCHW in some order, with or without blocks such as 16c".
[[nodiscard]] std::string expected_layouts(const std::vector<std::string>& dimensions);

/// Dimensions as declared, without blocks?
[[nodiscard]] bool is_as_declared(const LayoutOrder& order);

}  // namespace saku::ir

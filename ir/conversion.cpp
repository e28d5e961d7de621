#include "ir/conversion.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace saku::ir {

namespace {

/// Squares of so many elements are turned in registers where the innermost dimensions differ.
constexpr std::int64_t block = 16;

std::size_t innermost_dimension(const Layout& layout) {
    const LayoutPart* innermost = &layout.parts.front();
    for (const LayoutPart& part : layout.parts) {
        if (part.extent > 1 && (innermost->extent == 1 || part.stride < innermost->stride)) innermost = &part;
    }
    return static_cast<std::size_t>(innermost->dimension);
}

/// Coordinates that the layout has room for, by dimension.
std::vector<std::int64_t> padded_shape(const Buffer& buffer) {
    std::vector<std::int64_t> shape(buffer.shape.size(), 1);
    for (const LayoutPart& part : buffer.layout.parts) shape[static_cast<std::size_t>(part.dimension)] *= part.extent;
    return shape;
}

/// Coordinates start + lanes*b + l, for b < blocks and l < lanes.
struct Piece {
    std::int64_t start = 0;
    std::int64_t blocks = 1;
    std::int64_t lanes = 1;
};

std::vector<Piece> pieces_of(std::int64_t extent) {
    std::vector<Piece> pieces;
    const std::int64_t whole = extent / block;
    if (whole > 0) pieces.push_back({.start = 0, .blocks = whole, .lanes = block});
    if (extent % block > 0) pieces.push_back({.start = whole * block, .blocks = 1, .lanes = extent % block});
    return pieces;
}

struct Writer {
    LoopNest nest;
    std::size_t rows = 0;   ///< dimension along which the source is contiguous
    std::size_t lanes = 0;  ///< dimension along which the destination is

    VarId add(const std::string& name) { return add_variable(nest, name); }

    static Node loop(VarId variable, std::int64_t extent, LoopKind kind, Node inner) {
        return Node{Loop{.variable = variable, .extent = extent, .kind = kind, .body = block_of(std::move(inner))}};
    }

    [[nodiscard]] Store store(const std::vector<Index>& coordinates, bool copies) const {
        return {.destination = {.buffer = 1, .indices = coordinates, .pad = std::nullopt},
                .update = Update::assign,
                .value = copies ? load({.buffer = 0, .indices = coordinates, .pad = std::nullopt}) : constant(0),
                .first = std::nullopt,
                .statement = 0};
    }

    /// Straight code along the source's rows around a vector along the destination's.
    Node copy(const Piece& row, const Piece& lane) {
        const std::vector<std::int64_t>& shape = nest.buffers[0].shape;
        std::vector<Index> coordinates(shape.size());
        std::vector<VarId> variables(shape.size());
        const auto cut = [&](std::size_t d, const Piece& piece, const std::string& name) {
            variables[d] = add("d" + std::to_string(d));
            const VarId inner = add(name);
            coordinates[d] = Index::variable(variables[d]) * piece.lanes + Index::variable(inner) + Index(piece.start);
            return inner;
        };
        for (std::size_t d = 0; d < shape.size(); ++d) {
            if (d == rows || d == lanes) continue;
            variables[d] = add("d" + std::to_string(d));
            coordinates[d] = Index::variable(variables[d]);
        }
        const VarId lane_variable = cut(lanes, lane, "lane");
        const VarId row_variable = rows == lanes ? lane_variable : cut(rows, row, "row");
        Node node = loop(lane_variable, lane.lanes, LoopKind::vector, Node{store(coordinates, true)});
        if (rows != lanes) node = loop(row_variable, row.lanes, LoopKind::unrolled, std::move(node));
        node = loop(variables[lanes], lane.blocks, LoopKind::serial, std::move(node));
        if (rows != lanes) node = loop(variables[rows], row.blocks, LoopKind::serial, std::move(node));
        for (std::size_t d = shape.size(); d-- > 0;) {
            if (d != rows && d != lanes) node = loop(variables[d], shape[d], LoopKind::serial, std::move(node));
        }
        return node;
    }

    void copies() {
        const std::vector<std::int64_t>& shape = nest.buffers[0].shape;
        const std::vector<Piece> row_pieces = rows == lanes ? std::vector<Piece>{{}} : pieces_of(shape[rows]);
        for (const Piece& lane : pieces_of(shape[lanes])) {
            for (const Piece& row : row_pieces) nest.body.push_back(copy(row, lane));
        }
    }

    /// Zeros at the coordinates of dimension `padded` from `first` on; of the others, at all.
    void zeros(std::size_t padded, std::int64_t first) {
        const std::vector<std::int64_t> shape = nest.buffers[1].shape;
        std::vector<Index> coordinates;
        std::vector<VarId> variables;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            variables.push_back(add("z" + std::to_string(d)));
            coordinates.push_back(Index::variable(variables[d]) + Index(d == padded ? first : 0));
        }
        Node node{store(coordinates, false)};
        for (std::size_t d = shape.size(); d-- > 0;) {
            node = loop(variables[d], d == padded ? shape[d] - first : shape[d], LoopKind::serial, std::move(node));
        }
        nest.body.push_back(std::move(node));
    }
};

LoopNest conversion(const std::string& name, Buffer source, Buffer destination) {
    source.is_output = source.is_accumulated = false;
    destination.is_output = true;
    destination.is_accumulated = false;
    for (Buffer* buffer : {&source, &destination}) buffer->plain.reset();
    Writer writer{
        .nest = {}, .rows = innermost_dimension(source.layout), .lanes = innermost_dimension(destination.layout)};
    writer.nest.name = name;
    const std::vector<std::int64_t> shape = source.shape;
    writer.nest.buffers = {std::move(source), std::move(destination)};
    writer.copies();
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (writer.nest.buffers[1].shape[d] > shape[d]) writer.zeros(d, shape[d]);
    }
    return std::move(writer.nest);
}

Buffer plain_of(const Buffer& buffer) {
    SAKU_CHECK(buffer.plain.has_value(), "only arguments with a free layout are converted");
    Buffer plain = buffer;
    plain.name = "plain";
    plain.layout = *buffer.plain;
    return plain;
}

Buffer laid_out_of(const Buffer& buffer) {
    Buffer laid_out = buffer;
    laid_out.name = "laid_out";
    return laid_out;
}

}  // namespace

LoopNest conversion_to(const Buffer& buffer) {
    Buffer laid_out = laid_out_of(buffer);
    laid_out.shape = padded_shape(buffer);
    return conversion("to_" + buffer.name, plain_of(buffer), std::move(laid_out));
}

LoopNest conversion_from(const Buffer& buffer) {
    return conversion("from_" + buffer.name, laid_out_of(buffer), plain_of(buffer));
}

}  // namespace saku::ir

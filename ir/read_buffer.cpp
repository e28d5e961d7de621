#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "ir/reader.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_rank = 64;

bool is_letter(std::string_view text) {
    return text.size() == 1 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

/// `C=` in front of an extent; once the first dimension has a name, all have.
Result<Done> read_letter(Reader& read, std::string& letters) {
    const Token place = read.peek();
    if (place.kind != Token::Kind::word || !is_letter(place.text)) return read.expected("a dimension's letter");
    if (letters.find(place.text[0]) != std::string::npos) {
        return read.error_at(place, "two dimensions " + std::string(place.text) + ", expected one");
    }
    letters += place.text;
    read.take();
    return read.expect_sign("=");
}

/// The extents, and the names in `letters`.
Result<std::vector<std::int64_t>> read_shape(Reader& read, std::string& letters) {
    SAKU_TRY_DONE(read.expect_sign("["));
    const Token place = read.peek();
    const bool has_letters = place.kind == Token::Kind::word;
    std::vector<std::int64_t> shape;
    std::int64_t elements = 1;
    do {
        if (has_letters) SAKU_TRY_DONE(read_letter(read, letters));
        SAKU_TRY(extent, read.integer("an extent", 1, max_extent));
        const std::optional<std::int64_t> product = checked_mul(elements, extent);
        if (!product || *product > max_extent) {
            return read.error_at(place, "more than " + std::to_string(max_extent) + " elements in one buffer");
        }
        elements = *product;
        shape.push_back(extent);
    } while (read.accept_sign(","));
    if (shape.size() > max_rank) return read.error_at(place, "more than " + std::to_string(max_rank) + " dimensions");
    SAKU_TRY_DONE(read.expect_sign("]"));
    return shape;
}

Result<LayoutPart> read_part(Reader& read, std::size_t rank) {
    const Token& place = read.peek();
    const std::string_view digits = place.text.substr(std::min<std::size_t>(1, place.text.size()));
    std::size_t dimension = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), dimension);
    if (place.kind != Token::Kind::word || place.text.front() != 'd' || failure != std::errc() ||
        end != digits.data() + digits.size() || dimension >= rank) {
        return read.expected("a dimension from d0 to d" + std::to_string(rank - 1));
    }
    read.take();
    LayoutPart part{.dimension = static_cast<int>(dimension), .divisor = 1, .extent = 1, .stride = -1};
    if (read.accept_sign("/")) {
        SAKU_TRY(divisor, read.integer("a divisor", 1, max_extent));
        part.divisor = divisor;
    }
    SAKU_TRY_DONE(read.expect_sign("%"));
    SAKU_TRY(extent, read.integer("an extent", 1, max_extent));
    part.extent = extent;
    if (read.accept_word("stride")) {
        SAKU_TRY(stride, read.integer("a stride", 0, max_extent));
        part.stride = stride;
    }
    return part;
}

Result<Layout> read_layout(Reader& read, std::size_t rank) {
    const Token place = read.peek();
    SAKU_TRY_DONE(read.expect_sign("("));
    Layout layout;
    do {
        SAKU_TRY(next, read_part(read, rank));
        layout.parts.push_back(next);
    } while (read.accept_sign(","));
    SAKU_TRY_DONE(read.expect_sign(")"));
    std::int64_t reach = 0;
    std::int64_t dense_stride = 1;
    for (auto part = layout.parts.rbegin(); part != layout.parts.rend(); ++part) {
        if (part->stride < 0) part->stride = dense_stride;
        const std::optional<std::int64_t> next = checked_mul(part->stride, part->extent);
        const std::optional<std::int64_t> sum = next ? checked_add(reach, *next) : std::nullopt;
        if (!sum || *sum > 2 * max_extent) {
            return read.error_at(place, "the layout spans more than " + std::to_string(max_extent) + " elements");
        }
        dense_stride = *next;
        reach = *sum;
    }
    return layout;
}

Result<Done> read_flags(Reader& read, Buffer& buffer) {
    for (;;) {
        const Token place = read.peek();
        if (read.accept_word("in")) {
            if (buffer.is_output || buffer.scope != Scope::argument) {
                return read.error_at(place, "'in' marks an argument that is not 'out'");
            }
        } else if (read.accept_word("out")) {
            buffer.is_output = true;
        } else if (read.accept_word("const")) {
            buffer.is_constant = true;
        } else if (read.accept_word("accumulated")) {
            buffer.is_accumulated = true;
        } else if (read.accept_word("free")) {
            buffer.plain = row_major(buffer.shape);
            if (!read.at_sign("(")) continue;  // row-major
            SAKU_TRY(layout, read_layout(read, buffer.shape.size()));
            buffer.plain = std::move(layout);
        } else {
            return Done{};
        }
    }
}

}  // namespace

Result<Buffer> read_buffer(Reader& read, Scope scope) {
    Buffer buffer;
    buffer.scope = scope;
    SAKU_TRY(name, read.name("a buffer's name"));
    buffer.name = std::move(name);
    SAKU_TRY_DONE(read.expect_sign(":"));
    const Token type_place = read.peek();
    SAKU_TRY(type_name, read.name("an element type"));
    const std::optional<DType> type = dtype_named(type_name);
    if (!type) {
        return read.error_at(type_place,
                             "unknown element type '" + type_name + "', expected f32, f64, bf16, i8, u8, i32 or i64");
    }
    buffer.type = *type;
    SAKU_TRY(shape, read_shape(read, buffer.letters));
    buffer.shape = std::move(shape);
    buffer.layout = row_major(buffer.shape);
    if (read.accept_word("layout")) {
        SAKU_TRY(layout, read_layout(read, buffer.shape.size()));
        buffer.layout = std::move(layout);
    }
    if (read.accept_word("of")) {
        const auto source = read.buffers.find(read.peek().text);
        if (source == read.buffers.end()) return read.expected("the name of a buffer declared above");
        read.take();
        buffer.source = source->second;
    }
    SAKU_TRY_DONE(read_flags(read, buffer));
    return buffer;
}

}  // namespace saku::ir

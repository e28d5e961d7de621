#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/checked.h"
#include "ir/verify_parts.h"

namespace saku::ir {

namespace {

constexpr std::size_t max_rank = 64;

std::string number(std::int64_t value) { return std::to_string(value); }

Result<Done> check_name(const LoopNest& nest, const std::string& name, const std::string& what,
                        std::set<std::string>& taken) {
    if (!is_name(name)) return complaint(nest, name, what + " must be a letter or '_', then letters, digits and '_'");
    if (!taken.insert(name).second) return complaint(nest, name, what + " is taken twice");
    return Done{};
}

Result<Done> check_shape(const LoopNest& nest, const Buffer& buffer) {
    if (buffer.shape.empty() || buffer.shape.size() > max_rank) {
        return complaint(nest, buffer.name, "a buffer has from 1 to " + std::to_string(max_rank) + " dimensions");
    }
    std::optional<std::int64_t> bytes = size_bytes(buffer.type);
    for (const std::int64_t extent : buffer.shape) {
        if (extent < 1) return complaint(nest, buffer.name, "extent " + number(extent) + ", at least 1 was expected");
        if (bytes) bytes = checked_mul(*bytes, extent);
    }
    if (!bytes || *bytes > max_bytes) return complaint(nest, buffer.name, "more than 2^40 bytes");
    return Done{};
}

/// As many as there are dimensions, or none; no two the same.
Result<Done> check_letters(const LoopNest& nest, const Buffer& buffer) {
    const std::string& letters = buffer.letters;
    if (!letters.empty() && letters.size() != buffer.shape.size()) {
        return complaint(nest, buffer.name,
                         "dimensions are called " + letters + ", " +
                             number(static_cast<std::int64_t>(buffer.shape.size())) + " letters were expected");
    }
    for (std::size_t d = 0; d < letters.size(); ++d) {
        const bool is_letter = (letters[d] >= 'A' && letters[d] <= 'Z') || (letters[d] >= 'a' && letters[d] <= 'z');
        if (!is_letter || letters.find(letters[d]) != d) {
            return complaint(nest, buffer.name,
                             "dimensions are called " + letters + ", different letters were expected");
        }
    }
    return Done{};
}

/// The parts of one dimension, by divisor, must be the digits of a mixed radix: each begins where the last one ends.
Result<Done> check_digits(const LoopNest& nest, const Buffer& buffer, const Layout& layout, int dimension) {
    std::vector<LayoutPart> digits;
    std::copy_if(layout.parts.begin(), layout.parts.end(), std::back_inserter(digits),
                 [&](const LayoutPart& part) { return part.dimension == dimension; });
    std::sort(digits.begin(), digits.end(),
              [](const LayoutPart& a, const LayoutPart& b) { return a.divisor < b.divisor; });
    std::optional<std::int64_t> covered = 1;
    for (const LayoutPart& digit : digits) {
        if (!covered || digit.divisor != *covered) {
            return complaint(
                nest, buffer.name,
                "the layout's parts of dimension " + std::to_string(dimension) + " do not continue one another");
        }
        covered = checked_mul(digit.divisor, digit.extent);
    }
    if (covered && *covered < buffer.shape[static_cast<std::size_t>(dimension)]) {
        return complaint(nest, buffer.name,
                         "the layout has room for " + number(*covered) + " of " +
                             number(buffer.shape[static_cast<std::size_t>(dimension)]) + " coordinates of dimension " +
                             std::to_string(dimension));
    }
    return Done{};
}

Result<Done> check_layout(const LoopNest& nest, const Buffer& buffer, const Layout& layout) {
    std::optional<std::int64_t> elements = 1;
    for (const LayoutPart& part : layout.parts) {
        const bool sound = part.dimension >= 0 && static_cast<std::size_t>(part.dimension) < buffer.shape.size() &&
                           part.divisor >= 1 && part.extent >= 1 && part.stride >= 0;
        if (!sound) return complaint(nest, buffer.name, "a layout part without a valid dimension, divisor or extent");
        const std::optional<std::int64_t> reach = checked_mul(part.extent - 1, part.stride);
        elements = elements && reach ? checked_add(*elements, *reach) : std::nullopt;
    }
    for (std::size_t d = 0; d < buffer.shape.size(); ++d) {
        SAKU_TRY_DONE(check_digits(nest, buffer, layout, static_cast<int>(d)));
    }
    const std::optional<std::int64_t> bytes = elements ? checked_mul(*elements, size_bytes(buffer.type)) : std::nullopt;
    if (!bytes || *bytes > max_bytes) return complaint(nest, buffer.name, "the layout spans more than 2^40 bytes");

    // Each part must step over everything that the parts with smaller strides reach.
    std::vector<LayoutPart> by_stride = layout.parts;
    std::erase_if(by_stride, [](const LayoutPart& part) { return part.extent == 1; });
    std::sort(by_stride.begin(), by_stride.end(),
              [](const LayoutPart& a, const LayoutPart& b) { return a.stride < b.stride; });
    std::int64_t below = 0;
    for (const LayoutPart& part : by_stride) {
        if (part.stride <= below) return complaint(nest, buffer.name, "two coordinates share an element of the layout");
        below += (part.extent - 1) * part.stride;
    }
    return Done{};
}

Result<Done> check_flags(const LoopNest& nest, const Buffer& buffer) {
    const bool is_argument = buffer.scope == Scope::argument;
    if (!is_argument && (buffer.is_output || buffer.is_constant || buffer.is_accumulated)) {
        return complaint(nest, buffer.name, "only arguments are out, const or accumulated");
    }
    if (buffer.is_output && buffer.is_constant) return complaint(nest, buffer.name, "an output cannot be const");
    if (buffer.is_accumulated && !buffer.is_output) {
        return complaint(nest, buffer.name, "only outputs are accumulated");
    }
    if (buffer.plain && (!is_argument || buffer.is_constant)) {
        return complaint(nest, buffer.name, "only arguments that are not const have a free layout");
    }
    if ((buffer.scope == Scope::packed) != buffer.source.has_value()) {
        return complaint(nest, buffer.name, "packed buffers, and no others, are 'of' an argument");
    }
    if (!buffer.source) return Done{};
    const bool known = *buffer.source >= 0 && static_cast<std::size_t>(*buffer.source) < nest.buffers.size();
    if (!known || nest.buffers[static_cast<std::size_t>(*buffer.source)].scope != Scope::argument ||
        !nest.buffers[static_cast<std::size_t>(*buffer.source)].is_constant) {
        return complaint(nest, buffer.name, "packed buffers are 'of' a const argument");
    }
    return Done{};
}

Result<Done> check_offline(const LoopNest& nest) {
    std::vector<int> packs(nest.buffers.size(), 0);
    for (const OfflinePack& pack : nest.offline) {
        const bool known = pack.packed >= 0 && static_cast<std::size_t>(pack.packed) < nest.buffers.size();
        if (!known || nest.buffers[static_cast<std::size_t>(pack.packed)].scope != Scope::packed) {
            return complaint(nest, "offline", "an offline block fills a packed buffer");
        }
        ++packs[static_cast<std::size_t>(pack.packed)];
    }
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope == Scope::packed && packs[id] != 1) {
            return complaint(nest, nest.buffers[id].name,
                             std::to_string(packs[id]) + " offline blocks, one for each packed buffer was expected");
        }
    }
    return Done{};
}

}  // namespace

bool is_name(const std::string& text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

Error complaint(const LoopNest& nest, const std::string& construct, const std::string& what) {
    return {.where = "nest " + nest.name, .what = "`" + construct + "`: " + what};
}

Result<Done> check_buffers(const LoopNest& nest) {
    std::set<std::string> nest_names;
    std::set<std::string> variable_names;
    std::set<std::string> buffer_names;
    SAKU_TRY_DONE(check_name(nest, nest.name, "the nest's name", nest_names));
    for (const std::string& name : nest.variables) {
        SAKU_TRY_DONE(check_name(nest, name, "a variable's name", variable_names));
    }
    bool arguments_end = false;
    for (const Buffer& buffer : nest.buffers) {
        SAKU_TRY_DONE(check_name(nest, buffer.name, "a buffer's name", buffer_names));
        if (buffer.scope == Scope::argument && arguments_end) {
            return complaint(nest, buffer.name, "arguments stand before all other buffers");
        }
        arguments_end = buffer.scope != Scope::argument;
        SAKU_TRY_DONE(check_shape(nest, buffer));
        SAKU_TRY_DONE(check_letters(nest, buffer));
        SAKU_TRY_DONE(check_layout(nest, buffer, buffer.layout));
        if (buffer.plain) SAKU_TRY_DONE(check_layout(nest, buffer, *buffer.plain));
        SAKU_TRY_DONE(check_flags(nest, buffer));
    }
    return check_offline(nest);
}

}  // namespace saku::ir

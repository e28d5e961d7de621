#include "schedules/set_layout.h"

#include <optional>
#include <utility>

#include "base/checked.h"
#include "schedules/names.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 40;

NotApplicable invalid_order(const SetLayout& step, const std::string& why) {
    return {"invalid order", step.tensor + ": " + why};
}

/// Every dimension once, blocks of at least 2 positions of dimensions that exist.
Fitted<Done> check_order(const SetLayout& step, std::size_t rank) {
    std::vector<int> listed(rank, 0);
    for (const ir::LayoutDigit& digit : step.order) {
        if (digit.dimension < 0 || static_cast<std::size_t>(digit.dimension) >= rank) {
            return invalid_order(
                step, "dimension " + std::to_string(digit.dimension) + ", expected 0 to " + std::to_string(rank - 1));
        }
        if (digit.block == 1 || digit.block < 0) {
            return invalid_order(step, "a block of " + std::to_string(digit.block) + ", expected at least 2");
        }
        if (digit.block == 0) ++listed[static_cast<std::size_t>(digit.dimension)];
    }
    for (std::size_t d = 0; d < rank; ++d) {
        if (listed[d] == 1) continue;
        return invalid_order(step, "dimension " + std::to_string(d) + " is listed " + std::to_string(listed[d]) +
                                       " times, expected each once beside its blocks");
    }
    return Done{};
}

/// The order, checked.
Fitted<ir::LayoutOrder> order_of(const SetLayout& step, const ir::Buffer& buffer) {
    if (step.name.empty()) {
        SAKU_TRY_DONE(check_order(step, buffer.shape.size()));
        return step.order;
    }
    if (buffer.letters.empty()) {
        return invalid_order(step, step.name + ", expected numbers of dimensions: they have no letters here");
    }
    std::vector<std::string> letters;
    for (const char letter : buffer.letters) letters.emplace_back(1, letter);
    std::optional<ir::LayoutOrder> order = ir::read_layout_order(step.name, letters);
    if (!order) return invalid_order(step, step.name + ", expected " + ir::expected_layouts(letters));
    return *std::move(order);
}

/// The parts with divisors and extents; nothing where they overflow.
std::optional<std::vector<ir::LayoutPart>> parts_of(const ir::LayoutOrder& order, const ir::Buffer& buffer) {
    std::vector<std::int64_t> divisors(buffer.shape.size(), 1);  // by dimension: of the next coarser digit
    std::vector<ir::LayoutPart> parts(order.size());
    for (std::size_t i = order.size(); i-- > 0;) {
        const ir::LayoutDigit& digit = order[i];
        if (digit.block == 0) continue;
        std::int64_t& divisor = divisors[static_cast<std::size_t>(digit.dimension)];
        parts[i] = {.dimension = digit.dimension, .divisor = divisor, .extent = digit.block, .stride = 0};
        const std::optional<std::int64_t> next = checked_mul(divisor, digit.block);
        if (!next) return std::nullopt;
        divisor = *next;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i].block != 0) continue;
        const auto d = static_cast<std::size_t>(order[i].dimension);
        parts[i] = {.dimension = order[i].dimension,
                    .divisor = divisors[d],
                    .extent = ceil_div(buffer.shape[d], divisors[d]),
                    .stride = 0};
    }
    std::int64_t bytes = ir::size_bytes(buffer.type);
    for (const ir::LayoutPart& part : parts) {
        const std::optional<std::int64_t> more = checked_mul(bytes, part.extent);
        if (!more || *more > most_bytes) return std::nullopt;
        bytes = *more;
    }
    return parts;
}

}  // namespace

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const SetLayout& step) {
    SAKU_TRY(id, buffer_named(nest, step.tensor));
    const ir::Buffer& buffer = buffer_of(nest, id);
    if (!buffer.plain) {
        return NotApplicable{"layout is fixed", step.tensor + ", expected an argument declared with 'layout any'"};
    }
    SAKU_TRY(order, order_of(step, buffer));
    std::optional<std::vector<ir::LayoutPart>> parts = parts_of(order, buffer);
    if (!parts) return NotApplicable{"layout too large", step.tensor + " would take more than 2^40 bytes"};
    ir::LoopNest result = nest;
    result.buffers[static_cast<std::size_t>(id)].layout = ir::dense(*std::move(parts));
    return result;
}

}  // namespace saku::schedules

#include "ir/loop_nest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/check.h"

namespace saku::ir {

Layout row_major(const std::vector<std::int64_t>& shape) {
    std::vector<LayoutPart> parts;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        parts.push_back({.dimension = static_cast<int>(d), .divisor = 1, .extent = shape[d], .stride = 0});
    }
    return dense(std::move(parts));
}

Layout dense(std::vector<LayoutPart> parts) {
    std::int64_t stride = 1;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        part->stride = stride;
        stride *= part->extent;
    }
    return Layout{std::move(parts)};
}

namespace {

/// The part of a logical dimension with the largest divisor needs no mod: the shape bounds it.
bool is_outermost(const Layout& layout, const LayoutPart& part) {
    return std::none_of(layout.parts.begin(), layout.parts.end(), [&](const LayoutPart& other) {
        return other.dimension == part.dimension && other.divisor > part.divisor;
    });
}

}  // namespace

Index element_offset(const Layout& layout, const std::vector<Index>& indices) {
    Index offset;
    for (const LayoutPart& part : layout.parts) {
        Index position = quotient(indices[static_cast<std::size_t>(part.dimension)], part.divisor);
        if (!is_outermost(layout, part)) position = remainder(position, part.extent);
        offset += position * part.stride;
    }
    return offset;
}

std::int64_t span_elements(const Layout& layout) {
    std::int64_t last = 0;
    for (const LayoutPart& part : layout.parts) last += (part.extent - 1) * part.stride;
    return last + 1;
}

std::int64_t largest(const Extent& extent) {
    return extent.value * (extent.kind == Extent::Kind::vscale ? vscale_bound : 1);
}

Block block_of(Node node) {
    Block block;
    block.push_back(std::move(node));
    return block;
}

bool operator==(const Node& a, const Node& b) { return a.node == b.node; }

bool operator==(const Loop& a, const Loop& b) {
    return a.variable == b.variable && a.extent == b.extent && a.kind == b.kind && a.body == b.body;
}

bool operator==(const Guard& a, const Guard& b) {
    return a.conditions == b.conditions && a.then == b.then && a.otherwise == b.otherwise;
}

bool operator==(const Store& a, const Store& b) {
    return a.destination == b.destination && a.update == b.update && a.first == b.first && a.statement == b.statement &&
           same(a.value, b.value);
}

bool operator==(const Prefetch& a, const Prefetch& b) { return a.access == b.access; }

bool operator==(const Intrinsic& a, const Intrinsic& b) { return a.name == b.name && a.semantics == b.semantics; }

double identity_of(Update update) {
    switch (update) {
        case Update::assign:
        case Update::add:
            return 0;
        case Update::multiply:
            return 1;
        case Update::maximum:
            return -std::numeric_limits<double>::infinity();
        case Update::minimum:
            return std::numeric_limits<double>::infinity();
    }
    return 0;
}

std::string to_string(Update update) {
    constexpr std::array<const char*, 5> names{"=", "+=", "*=", "max=", "min="};
    return names[static_cast<std::size_t>(update)];
}

std::string to_string(LoopKind kind) {
    constexpr std::array<const char*, 4> names{"serial", "parallel", "unrolled", "vector"};
    return names[static_cast<std::size_t>(kind)];
}

std::string to_string(Scope scope) {
    constexpr std::array<const char*, 4> names{"arg", "packed", "workspace", "registers"};
    return names[static_cast<std::size_t>(scope)];
}

Expr combine(Update update, Expr old_value, Expr value) {
    switch (update) {
        case Update::assign:
            return value;
        case Update::add:
            return binary(BinaryOp::add, std::move(old_value), std::move(value));
        case Update::multiply:
            return binary(BinaryOp::multiply, std::move(old_value), std::move(value));
        case Update::maximum:
            return binary(BinaryOp::maximum, std::move(old_value), std::move(value));
        case Update::minimum:
            return binary(BinaryOp::minimum, std::move(old_value), std::move(value));
    }
    return value;
}

namespace {

template <class Taken>
std::string free_name(const std::string& wanted, Taken taken) {
    if (!taken(wanted)) return wanted;
    for (int number = 2;; ++number) {
        std::string candidate = wanted + "_" + std::to_string(number);
        if (!taken(candidate)) return candidate;
    }
}

}  // namespace

VarId add_variable(LoopNest& nest, const std::string& wanted) {
    nest.variables.push_back(
        free_name(wanted, [&](const std::string& name) { return find_variable(nest, name).has_value(); }));
    return static_cast<VarId>(nest.variables.size()) - 1;
}

std::optional<VarId> find_variable(const LoopNest& nest, const std::string& name) {
    const auto place = std::find(nest.variables.begin(), nest.variables.end(), name);
    if (place == nest.variables.end()) return std::nullopt;
    return static_cast<VarId>(place - nest.variables.begin());
}

std::optional<BufferId> find_buffer(const LoopNest& nest, const std::string& name) {
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].name == name) return static_cast<BufferId>(id);
    }
    return std::nullopt;
}

BufferId add_buffer(LoopNest& nest, Buffer buffer) {
    buffer.name = free_name(buffer.name, [&](const std::string& name) { return find_buffer(nest, name).has_value(); });
    nest.buffers.push_back(std::move(buffer));
    return static_cast<BufferId>(nest.buffers.size()) - 1;
}

}  // namespace saku::ir

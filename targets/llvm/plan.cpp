#include "targets/llvm/plan.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "base/hash.h"
#include "ir/fill_order.h"
#include "ir/print.h"
#include "ir/register_lives.h"
#include "ir/walk.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr std::int64_t most_register_units = 512;
constexpr std::int64_t most_statements = 60'000;  // stores after unrolling: about a minute of LLVM's time
constexpr std::int64_t most_scratch_bytes = std::int64_t{1} << 40;

std::int64_t round_up(std::int64_t value, std::int64_t multiple) { return ceil_div(value, multiple) * multiple; }

std::optional<NotApplicable> unsupported_node(const LoopNest& nest, const Node& node) {
    if (const Loop* loop = std::get_if<Loop>(&node.node)) {
        if (loop->extent.kind != Extent::Kind::constant) {
            return NotApplicable{"extent not known when compiling",
                                 nest.variables[static_cast<std::size_t>(loop->variable)]};
        }
    } else if (const Intrinsic* intrinsic = std::get_if<Intrinsic>(&node.node)) {
        return NotApplicable{"unknown intrinsic", intrinsic->name};
    }
    return std::nullopt;
}

/// Stores as they will be emitted: unrolled loops multiply. Saturates at the limit.
std::int64_t emitted_statements(const Block& block) {
    std::int64_t total = 0;
    for (const Node& node : block) {
        total += std::visit(
            Overloaded{
                [](const Loop& loop) {
                    const std::int64_t inner = emitted_statements(loop.body);
                    if (loop.kind != LoopKind::unrolled && loop.kind != LoopKind::vector) return inner;
                    const std::int64_t times =
                        loop.kind == LoopKind::vector ? ceil_div(loop.extent.value, 4) : loop.extent.value;
                    return checked_mul(inner, times).value_or(most_statements + 1);
                },
                [](const Guard& guard) { return emitted_statements(guard.then) + emitted_statements(guard.otherwise); },
                [](const Store&) { return std::int64_t{1}; },
                [](const Prefetch&) { return std::int64_t{1}; },
                [](const Intrinsic& intrinsic) { return emitted_statements(intrinsic.semantics); },
            },
            node.node);
        total = std::min(total, most_statements + 1);
    }
    return total;
}

std::optional<NotApplicable> unsupported(const LoopNest& nest) {
    for (const Buffer& buffer : nest.buffers) {
        if (buffer.type != DType::f32) {
            return NotApplicable{"element type not supported by emission",
                                 buffer.name + " is " + to_string(buffer.type)};
        }
    }
    std::optional<NotApplicable> found;
    const auto look = [&](const Node& node) {
        if (!found) found = unsupported_node(nest, node);
    };
    walk(nest.body, look);
    for (const OfflinePack& pack : nest.offline) walk(pack.body, look);
    if (!found && emitted_statements(nest.body) > most_statements) {
        found =
            NotApplicable{"code too large", "more than " + std::to_string(most_statements) + " statements unrolled"};
    }
    return found;
}

// ---- workspace

/// Which workspace buffers are written inside a parallel loop.
std::vector<bool> written_in_parallel(const LoopNest& nest) {
    std::vector<bool> written(nest.buffers.size(), false);
    walk(nest.body, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop == nullptr || loop->kind != LoopKind::parallel) return;
        for_each_access(loop->body, [&](const Access& access, bool is_write) {
            if (is_write) written[static_cast<std::size_t>(access.buffer)] = true;
        });
    });
    return written;
}

std::optional<NotApplicable> place_workspace(const LoopNest& nest, EmissionPlan& plan) {
    const std::vector<bool> is_private = written_in_parallel(nest);
    plan.workspace.resize(nest.buffers.size());
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        const Buffer& buffer = nest.buffers[id];
        if (buffer.scope != Scope::workspace) continue;
        std::int64_t& end = is_private[id] ? plan.private_bytes : plan.shared_bytes;
        plan.workspace[id] = {.offset_bytes = end, .is_private = is_private[id]};
        const std::int64_t elements = span_elements(buffer.layout);
        if (elements > most_scratch_bytes / 8 || end > most_scratch_bytes) {
            return NotApplicable{"workspace too large", buffer.name};
        }
        end += allotted_elements(buffer) * size_bytes(buffer.type);
    }
    return std::nullopt;
}

// ---- register tiles

struct LaneVotes {
    std::map<int, std::int64_t> by_dimension;
    std::map<int, std::int64_t> extent;  ///< of the vector loop with the weightiest vote
    std::map<int, std::int64_t> heaviest;
};

/// Lets every access in a vector loop vote for the dimension its lanes run along; updates in place count most, since
/// they are the inner loop.
void vote(const LoopNest& nest, const Loop& vector_loop, std::vector<LaneVotes>& votes) {
    const auto count = [&](const Access& access, std::int64_t weight) {
        if (nest.buffers[static_cast<std::size_t>(access.buffer)].scope != Scope::registers) return;
        LaneVotes& ballot = votes[static_cast<std::size_t>(access.buffer)];
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            if (access.indices[d].coefficient(vector_loop.variable) != 1) continue;
            const int dimension = static_cast<int>(d);
            ballot.by_dimension[dimension] += weight;
            if (weight < ballot.heaviest[dimension]) continue;
            if (weight > ballot.heaviest[dimension]) ballot.extent[dimension] = 0;
            ballot.heaviest[dimension] = weight;
            ballot.extent[dimension] = std::max(ballot.extent[dimension], vector_loop.extent.value);
        }
    };
    walk(vector_loop.body, [&](const Node& node) {
        const Store* store = std::get_if<Store>(&node.node);
        if (store == nullptr) return;
        count(store->destination, store->update == Update::assign ? 2 : 1000);
        for_each_load(store->value, [&](const Access& access) { count(access, 1); });
    });
}

RegisterTile tile_of(const Buffer& buffer, LaneVotes votes, int native_lanes) {
    RegisterTile tile{
        .lane_dimension = static_cast<int>(buffer.shape.size()) - 1, .lanes = 1, .unit_shape = buffer.shape};
    std::int64_t most = 0;
    for (const auto& [dimension, weight] : votes.by_dimension) {
        if (weight < most) continue;
        most = weight;
        tile.lane_dimension = dimension;
    }
    if (most == 0) return tile;
    tile.lanes = chunk_lanes(votes.extent[tile.lane_dimension], native_lanes);
    std::int64_t& units = tile.unit_shape[static_cast<std::size_t>(tile.lane_dimension)];
    units = ceil_div(units, tile.lanes);
    return tile;
}

std::optional<NotApplicable> plan_tiles(const LoopNest& nest, EmissionPlan& plan) {
    std::vector<LaneVotes> votes(nest.buffers.size());
    walk(nest.body, [&](const Node& node) {
        const Loop* loop = std::get_if<Loop>(&node.node);
        if (loop != nullptr && loop->kind == LoopKind::vector) vote(nest, *loop, votes);
    });
    plan.tiles.resize(nest.buffers.size());
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].scope != Scope::registers) continue;
        plan.tiles[id] = tile_of(nest.buffers[id], votes[id], plan.native_lanes);
        if (plan.tiles[id].units() > most_register_units) {
            return NotApplicable{"register tile too large", nest.buffers[id].name + " takes " +
                                                                std::to_string(plan.tiles[id].units()) + " registers"};
        }
    }
    return std::nullopt;
}

}  // namespace

std::int64_t RegisterTile::units() const {
    std::int64_t total = 1;
    for (const std::int64_t extent : unit_shape) total = std::min<std::int64_t>(total * extent, 1 << 20);
    return total;
}

std::int64_t allotted_elements(const Buffer& buffer) {
    return round_up(span_elements(buffer.layout), buffer_alignment_bytes / size_bytes(buffer.type));
}

int chunk_lanes(std::int64_t extent, int native_lanes) {
    int lanes = 1;
    while (lanes < extent && lanes < native_lanes) lanes *= 2;
    return lanes;
}

std::int64_t vectors_of(std::int64_t extent, int native_lanes) {
    return ceil_div(extent, std::int64_t{chunk_lanes(extent, native_lanes)});
}

Fitted<EmissionPlan> plan_emission(const LoopNest& nest, const Codegen& codegen) {
    if (auto reason = unsupported(nest)) return *reason;
    EmissionPlan plan;
    plan.native_lanes = std::max(1, codegen.prefer_vector_bits / 32);
    // x86 has 32 vector registers with AVX-512 only, and 512-bit vectors are what tells.
    const bool has_few = codegen.triple.starts_with("x86_64") && codegen.prefer_vector_bits < 512;
    plan.vector_registers = has_few ? 16 : 32;
    if (auto reason = place_workspace(nest, plan)) return *reason;
    if (auto reason = plan_tiles(nest, plan)) return *reason;
    plan.begins_afresh = begins_afresh(nest);
    plan.filled_in_order = filled_in_order(nest);
    for (const OfflinePack& pack : nest.offline) {
        const Buffer& packed = nest.buffers[static_cast<std::size_t>(pack.packed)];
        plan.tags.push_back(fnv1a(packed.name + print(nest, pack.body)));
        plan.packed_bytes.push_back(
            packed_header_bytes +
            round_up(span_elements(packed.layout) * size_bytes(packed.type), buffer_alignment_bytes));
    }
    return plan;
}

}  // namespace saku::targets

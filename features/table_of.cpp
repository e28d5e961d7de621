#include "features/table_of.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "features/access_builder.h"
#include "features/arithmetic.h"
#include "features/count_points.h"
#include "features/dead_rows.h"
#include "features/written_out.h"
#include "ir/walk.h"

namespace saku::features {

namespace {

constexpr std::int64_t largest_number = std::int64_t{1} << 40;

/// Does the block hold a loop that is not folded?
bool has_table_loop(const ir::Block& block) {
    bool found = false;
    ir::walk(block, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        found =
            found || (loop != nullptr && (loop->kind == ir::LoopKind::serial || loop->kind == ir::LoopKind::parallel));
    });
    return found;
}

bool has_large_number(const ir::Index& index) {
    const auto large = [](std::int64_t value) { return value > largest_number || value < -largest_number; };
    if (large(index.constant())) return true;
    return std::any_of(index.terms().begin(), index.terms().end(), [&](const ir::Term& term) {
        return large(term.coefficient) || (term.atom.inner != nullptr && has_large_number(*term.atom.inner));
    });
}

bool has_large_number(const ir::Block& block) {
    bool found = false;
    ir::walk(block, [&](const ir::Node& node) {
        if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
            found = found || loop->extent.value > largest_number;
        } else if (const ir::Guard* guard = std::get_if<ir::Guard>(&node.node)) {
            found = found || std::any_of(guard->conditions.begin(), guard->conditions.end(),
                                         [](const ir::Index& index) { return has_large_number(index); });
        }
    });
    return found;
}

/// The guard that is all there is in the block and has no else.
const ir::Guard* sole_guard(const ir::Block& block) {
    if (block.size() != 1) return nullptr;
    const ir::Guard* guard = std::get_if<ir::Guard>(&block.front().node);
    return guard != nullptr && guard->otherwise.empty() ? guard : nullptr;
}

LoopKind table_kind(ir::LoopKind kind) {
    if (kind == ir::LoopKind::serial) return LoopKind::serial;
    return kind == ir::LoopKind::parallel ? LoopKind::parallel : LoopKind::unrolled;
}

class Builder {
public:
    /// What the table is of: all iterations, or only the middle one of each parallel loop.
    enum class Iterations : std::uint8_t { all, middle_of_parallel };

    Builder(const ir::LoopNest& nest, Iterations iterations) : nest_(nest), iterations_(iterations) {
        add_buffers(table_, nest);
        visit(nest.body, {});
        table_.phases = std::clamp(static_cast<int>(phase_of_.size()), 1, max_phases);
    }

    LoopTable table() && { return std::move(table_); }
    /// Of the table's loops, in its order.
    [[nodiscard]] const std::vector<const ir::Loop*>& origins() const { return origins_; }
    /// Does a condition take the variable of a parallel loop?
    [[nodiscard]] bool guards_tell_chunks_apart() const { return guards_tell_chunks_apart_; }

private:
    /// Where the walk stands below the innermost table loop.
    struct Position {
        int loop = no_loop;
        double share = 1;      ///< executions per iteration of `loop`
        double lanes = 1;      ///< share of the lanes of the vector loop around that a mask lets through
        bool folding = false;  ///< inside an intrinsic: every loop is folded
    };

    void visit(const ir::Block& block, Position at) {
        const ir::Node* before = nullptr;
        for (const ir::Node& node : block) {
            if (table_.rows.size() > max_rows || table_.loops.size() > max_loops) return;  // refused below
            const ir::Node* previous = std::exchange(before, &node);
            if (previous != nullptr && joins_prefetch(*previous, node)) continue;
            std::visit(Overloaded{
                           [&](const ir::Loop& loop) { visit_loop(loop, at); },
                           [&](const ir::Guard& guard) { visit_guard(guard, at); },
                           [&](const ir::Store& store) { add_store(store, at); },
                           [&](const ir::Prefetch& prefetch) { add_prefetch(prefetch, at); },
                           [&](const ir::Intrinsic& intrinsic) {
                               Position inside = at;
                               inside.folding = true;
                               visit(intrinsic.semantics, inside);
                           },
                       },
                       node.node);
        }
    }

    void visit_loop(const ir::Loop& loop, Position at) {
        const bool straight = loop.kind == ir::LoopKind::unrolled || loop.kind == ir::LoopKind::vector;
        EnclosingLoop entry{.variable = loop.variable, .extent = loop.extent.value};
        if (at.folding || (straight && !has_table_loop(loop.body))) {
            const bool in_vector = vector_loop(chain_) != nullptr;
            entry.is_vector = loop.kind == ir::LoopKind::vector && !in_vector;
            chain_.push_back(entry);
            visit(loop.body, at);
            chain_.pop_back();
            return;
        }
        entry.table_loop = static_cast<int>(table_.loops.size());
        if (loop.kind == ir::LoopKind::parallel) middles_.emplace_back(loop.variable, (loop.extent.value - 1) / 2);
        chain_.push_back(entry);
        enter_table_loop(loop, at);
        chain_.pop_back();
    }

    void enter_table_loop(const ir::Loop& loop, Position at) {
        Loop made{.kind = table_kind(loop.kind),
                  .parent = at.loop,
                  .trips = static_cast<double>(loop.extent.value),
                  .share = at.share};
        const ir::Guard* guard = sole_guard(loop.body);
        const Position inside{.loop = chain_.back().table_loop};
        const Clause clause{.conditions = guard == nullptr ? std::vector<ir::Index>{} : known(guard->conditions),
                            .negated = false};
        if (!uses(clause.conditions, loop.variable)) {
            add_loop(made, loop);
            return visit(loop.body, inside);
        }
        // The guard ends (or delays) the loop: fewer trips instead of idle ones.
        const Counts counts = count_points(points(), path_, clause);
        if (counts.both <= 0) return;
        made.trips = made.trips * counts.both / counts.given;
        if (made.trips < 1) {
            made.share *= made.trips;
            made.trips = 1;
        }
        add_loop(made, loop);
        path_.push_back(clause);
        visit(guard->then, inside);
        path_.pop_back();
    }

    void add_loop(const Loop& made, const ir::Loop& origin) {
        table_.loops.push_back(made);
        origins_.push_back(&origin);
    }

    void visit_guard(const ir::Guard& guard, Position at) {
        const EnclosingLoop* const vector = vector_loop(chain_);
        const bool is_mask = vector != nullptr && uses(guard.conditions, vector->variable);
        Clause clause{.conditions = known(guard.conditions), .negated = false};
        const Counts counts = count_points(points(), path_, clause);
        if (counts.given <= 0) return;
        for (const ir::Block* branch : {&guard.then, &guard.otherwise}) {
            clause.negated = branch == &guard.otherwise;
            const double part = (clause.negated ? counts.given - counts.both : counts.both) / counts.given;
            if (part <= 0 || branch->empty()) continue;
            Position inside = at;
            (is_mask ? inside.lanes : inside.share) *= part;
            path_.push_back(clause);
            visit(*branch, inside);
            path_.pop_back();
        }
    }

    /// The conditions, with the variables of parallel loops in their middle if that is what the table is of.
    std::vector<ir::Index> known(std::vector<ir::Index> conditions) {
        for (ir::Index& condition : conditions) {
            for (const auto& [variable, middle] : middles_) {
                if (!condition.uses(variable)) continue;
                guards_tell_chunks_apart_ = true;
                if (iterations_ == Iterations::all) continue;
                condition = ir::substitute(condition, variable, ir::Index(middle));
            }
        }
        return conditions;
    }

    [[nodiscard]] std::vector<CountedLoop> points() const {
        std::vector<CountedLoop> loops;
        for (const EnclosingLoop& loop : chain_) loops.push_back({.variable = loop.variable, .extent = loop.extent});
        return loops;
    }

    [[nodiscard]] bool in_registers(ir::BufferId buffer) const {
        return nest_.buffers[static_cast<std::size_t>(buffer)].scope == ir::Scope::registers;
    }

    Row new_row(Position at) const {
        Row row{.loop = at.loop, .share = at.share, .first_access = static_cast<int>(table_.accesses.size())};
        for (const EnclosingLoop& loop : chain_) {
            if (loop.table_loop != no_loop) continue;
            if (loop.is_vector) {
                row.lanes = static_cast<int>(std::min<std::int64_t>(loop.extent, 1 << 20));
            } else {
                row.instances *= static_cast<double>(loop.extent);
            }
        }
        row.active_lanes = row.lanes * at.lanes;
        return row;
    }

    void add_store(const ir::Store& store, Position at) {
        Row row = new_row(at);
        row.statement = store.statement;
        row.type = static_cast<Element>(nest_.buffers[static_cast<std::size_t>(store.destination.buffer)].type);
        row.operations = operations_of(store);
        ir::for_each_load(store.value, [&](const ir::Access& access) {
            add_access(table_, nest_, access, {.reads = true, .writes = false}, chain_);
        });
        const bool always_first = store.first && store.first->empty();
        const bool combines = store.update != ir::Update::assign && !always_first;
        add_access(table_, nest_, store.destination, {.reads = combines, .writes = true}, chain_);
        row.access_count = static_cast<int>(table_.accesses.size()) - row.first_access;
        row.kind = kind_of(store);
        const Access& destination = table_.accesses.back();
        if (combines) {
            row.chain = row.instances / std::max(1.0, destination.references);
            row.carried = at.loop != no_loop && !moves_with(table_, destination, at.loop);
        }
        row.phase = phase_of(store, row.kind);
        table_.rows.push_back(row);
    }

    /// A prefetch of the same buffer right after another is one more reference of its row.
    bool joins_prefetch(const ir::Node& previous, const ir::Node& node) {
        const ir::Prefetch* last = std::get_if<ir::Prefetch>(&previous.node);
        const ir::Prefetch* prefetch = std::get_if<ir::Prefetch>(&node.node);
        if (last == nullptr || prefetch == nullptr || last->access.buffer != prefetch->access.buffer) return false;
        table_.accesses.back().references += 1;
        return true;
    }

    void add_prefetch(const ir::Prefetch& prefetch, Position at) {
        Row row = new_row(at);
        row.kind = RowKind::prefetch;
        row.type = static_cast<Element>(nest_.buffers[static_cast<std::size_t>(prefetch.access.buffer)].type);
        add_access(table_, nest_, prefetch.access, {.reads = true, .writes = false}, chain_);
        row.access_count = 1;
        row.phase = table_.rows.empty() ? phase_number({2, 0}) : table_.rows.back().phase;
        table_.rows.push_back(row);
    }

    [[nodiscard]] RowKind kind_of(const ir::Store& store) const {
        if (store.update != ir::Update::assign && in_registers(store.destination.buffer)) return RowKind::update;
        bool reads_registers = false;
        bool reads_destination = false;
        ir::for_each_load(store.value, [&](const ir::Access& access) {
            reads_registers = reads_registers || in_registers(access.buffer);
            reads_destination = reads_destination || access.buffer == store.destination.buffer;
        });
        if (in_registers(store.destination.buffer)) {
            return reads_registers || reads_destination ? RowKind::compute : RowKind::initialise;
        }
        if (reads_registers) return RowKind::write_back;
        if (store.update != ir::Update::assign) return RowKind::update;
        const ir::Scope scope = nest_.buffers[static_cast<std::size_t>(store.destination.buffer)].scope;
        const bool to_scratch = scope == ir::Scope::workspace || scope == ir::Scope::packed;
        return to_scratch && std::holds_alternative<ir::Load>(store.value->node) ? RowKind::copy : RowKind::compute;
    }

    /// What rows must share to be one phase: kind of key (0 registers, 1 copy, 2 statement) and its number.
    using PhaseKey = std::pair<int, int>;

    int phase_of(const ir::Store& store, RowKind kind) {
        std::optional<int> registers;
        const auto look = [&](ir::BufferId buffer) {
            if (in_registers(buffer)) registers = std::min(registers.value_or(buffer), buffer);
        };
        look(store.destination.buffer);
        ir::for_each_load(store.value, [&](const ir::Access& access) { look(access.buffer); });
        if (registers) return phase_number({0, *registers});
        if (kind == RowKind::copy) return phase_number({1, store.destination.buffer});
        return phase_number({2, store.statement});
    }

    int phase_number(PhaseKey key) {
        const auto next = std::min(static_cast<int>(phase_of_.size()), max_phases - 1);
        const auto [place, is_new] = phase_of_.try_emplace(key, next);
        return place->second;
    }

    const ir::LoopNest& nest_;
    Iterations iterations_;
    std::vector<std::pair<ir::VarId, std::int64_t>> middles_;  // of parallel loops
    bool guards_tell_chunks_apart_ = false;
    LoopTable table_;
    std::vector<const ir::Loop*> origins_;
    std::vector<EnclosingLoop> chain_;
    std::vector<Clause> path_;
    std::map<PhaseKey, int> phase_of_;
};

NotApplicable too_large(const std::string& detail) { return {.reason = "nest too large to price", .detail = detail}; }

NotApplicable too_many(std::size_t found, const char* what, int limit) {
    return too_large(std::to_string(found) + " " + what + ", at most " + std::to_string(limit));
}

/// Executions of the rows' copies and lanes in one iteration of a parallel loop; a table has at most one of them around
/// any row.
double work_of_chunk(const LoopTable& table) {
    std::vector<double> executions;  // of each loop's body, per iteration of the parallel loop around; 0 outside
    for (const Loop& loop : table.loops) {
        const double outer = loop.parent == no_loop ? 0 : executions[static_cast<std::size_t>(loop.parent)];
        executions.push_back(loop.kind == LoopKind::parallel ? 1 : outer * loop.share * loop.trips);
    }
    double work = 0;
    for (const Row& row : table.rows) {
        if (row.loop == no_loop || row.kind == RowKind::prefetch) continue;
        work += executions[static_cast<std::size_t>(row.loop)] * row.share * row.instances * row.lanes;
    }
    return work;
}

}  // namespace

void compare_chunks(LoopTable& table, const LoopTable& middle) {
    const double average = work_of_chunk(table);
    if (average <= 0) return;
    const double ratio = std::max(1.0, work_of_chunk(middle) / average);
    for (Loop& loop : table.loops) {
        if (loop.kind == LoopKind::parallel) loop.fullest = std::min(ratio, std::max(1.0, loop.trips));
    }
}

Fitted<TracedTable> traced_table_of(const ir::LoopNest& nest) {
    if (has_large_number(nest.body)) return too_large("a loop or guard with a number beyond 2^40");
    if (nest.buffers.size() > max_buffers) return too_many(nest.buffers.size(), "buffers", max_buffers);
    for (const ir::Buffer& buffer : nest.buffers) {
        const auto dimensions = std::count_if(buffer.layout.parts.begin(), buffer.layout.parts.end(),
                                              [](const ir::LayoutPart& part) { return part.extent > 1; });
        if (dimensions > max_dimensions) {
            return too_many(static_cast<std::size_t>(dimensions), "dimensions in one layout", max_dimensions);
        }
    }
    Builder builder(nest, Builder::Iterations::all);
    const bool compares = builder.guards_tell_chunks_apart();
    std::vector<const ir::Loop*> origins = builder.origins();
    LoopTable table = std::move(builder).table();
    if (table.loops.size() > max_loops) return too_large("more than " + std::to_string(max_loops) + " loops");
    if (table.rows.size() > max_rows) return too_large("more than " + std::to_string(max_rows) + " statements");
    if (compares) compare_chunks(table, Builder(nest, Builder::Iterations::middle_of_parallel).table());
    leave_out_dead_rows(table);
    for (const int loop : fold_written_out(table)) origins.erase(origins.begin() + loop);
    return TracedTable{.table = std::move(table), .loops = std::move(origins)};
}

Fitted<LoopTable> table_of(const ir::LoopNest& nest) {
    SAKU_TRY(traced, traced_table_of(nest));
    return std::move(traced.table);
}

}  // namespace saku::features

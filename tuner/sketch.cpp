#include "tuner/sketch.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/check.h"
#include "tuner/layout_choice.h"
#include "tuner/sketch_candidates.h"
#include "tuner/statement_steps.h"

namespace saku::tuner {

std::string to_string(Packing packing) {
    constexpr std::array<const char*, 7> names{"none",  "offline",      "block",       "strip",
                                               "whole", "region_whole", "region_block"};
    return names[static_cast<std::size_t>(packing)];
}

namespace {

/// Builds one sketch step by step; the members are those of the sketch under construction.
struct Builder {
    const AccessPattern& pattern;
    const SketchChoice& candidate;
    Sketch sketch;
    std::vector<Run> runs;  ///< by position in sketch.axes

    Run run_of(std::size_t axis) const {
        for (const Run& run : candidate.runs) {
            if (std::find(run.begin(), run.end(), axis) != run.end()) return run;
        }
        return {axis};
    }

    void add_axes(const std::vector<std::string>& loop_of_axis) {
        for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
            const AxisPattern& axis = pattern.axes[a];
            if (axis.extent == 1) {
                sketch.unit_loops.push_back(loop_of_axis[a]);
                continue;
            }
            const Run run = run_of(a);
            if (run.back() != a) continue;  // an outer part of a fused axis
            SketchAxis added;
            added.loop = loop_of_axis[a];
            added.role = axis.role;
            for (const std::size_t part : run) {
                added.parts.push_back(loop_of_axis[part]);
                added.extent *= pattern.axes[part].extent;
            }
            if (run.size() > 1) {
                added.loop.clear();
                for (const std::string& part : added.parts) added.loop += part;
            }
            if (candidate.vector == a) sketch.vector = static_cast<int>(sketch.axes.size());
            sketch.axes.push_back(std::move(added));
            runs.push_back(run);
        }
    }

    /// The other output axes: those that some operand leaves alone are worth tiling, since tiles reuse that operand.
    void divide_axes() {
        std::vector<int> m_side;
        for (int a = 0; a < static_cast<int>(sketch.axes.size()); ++a) {
            const Role role = sketch.axes[static_cast<std::size_t>(a)].role;
            if (a == sketch.vector) continue;
            if (role == Role::k) {
                sketch.reduced.push_back(a);
                const auto extent = [&](int axis) { return sketch.axes[static_cast<std::size_t>(axis)].extent; };
                if (sketch.longest < 0 || extent(a) > extent(sketch.longest)) sketch.longest = a;
            } else {
                (role == Role::batch ? sketch.batch : m_side).push_back(a);
            }
        }
        if (m_side.empty() && !sketch.batch.empty()) {
            m_side.push_back(sketch.batch.back());
            sketch.batch.pop_back();
        }
        // The innermost is m, unless another one is contiguous in the output (tiles can then be turned into its
        // vectors).
        for (std::size_t i = 0; i + 1 < m_side.size(); ++i) {
            if (pattern.output.reach[runs[static_cast<std::size_t>(m_side[i])].back()] == Reach::contiguous) {
                std::rotate(m_side.begin() + static_cast<std::ptrdiff_t>(i),
                            m_side.begin() + static_cast<std::ptrdiff_t>(i) + 1, m_side.end());
                break;
            }
        }
        const std::size_t most_tiled = sketch.is_partial ? 1 : 2;  // partial sums fill the registers anyway
        while (!m_side.empty() && sketch.tiled.size() < most_tiled) {
            sketch.tiled.push_back(m_side.back());
            m_side.pop_back();
        }
        sketch.outside = m_side;
    }

    void add_operands() {
        for (const OperandPattern& operand : pattern.operands) {
            SketchOperand added;
            added.tensor = operand.name;
            added.is_padded = operand.is_padded;
            for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
                const bool moves = operand.reach[a] != Reach::invariant;
                if (pattern.axes[a].extent == 1 && moves) added.unit_loops.push_back(sketch.loop_order[a]);
            }
            for (const Run& run : runs) {
                added.reach.push_back(reach_along(operand, pattern, run));
                added.follows.push_back(added.reach.back() != Reach::invariant);
            }
            added.choices = choices_of(operand, added);
            added.region_order = region_order_of(operand);
            sketch.operands.push_back(std::move(added));
        }
    }

    /// Copies by region keep the dimension that is innermost in memory innermost.
    std::vector<int> region_order_of(const OperandPattern& operand) const {
        for (const SketchLayout& layout : sketch.layouts) {
            if (layout.tensor != operand.name || layout.step.order.empty()) continue;
            const int last = layout.step.order.back().dimension;
            std::vector<int> order;
            for (const ir::LayoutDigit& digit : layout.step.order) {
                if (digit.block == 0 && digit.dimension != last) order.push_back(digit.dimension);
            }
            order.push_back(last);
            return order;
        }
        return {};
    }

    std::vector<Packing> choices_of(const OperandPattern& operand, const SketchOperand& built) const {
        bool tangled = false;  // fused axes that do not lie densely in this operand: only a copy makes them usable
        for (std::size_t a = 0; a < runs.size(); ++a) {
            tangled = tangled || (runs[a].size() > 1 && built.reach[a] == Reach::irregular);
        }
        const bool reused = std::find(built.follows.begin(), built.follows.end(), false) != built.follows.end();
        if (operand.has_other_accesses) return tangled ? std::vector<Packing>{} : std::vector{Packing::none};
        // Always: how a kernel takes its constant operands must not hang on the schedule that was found for it.
        if (operand.is_constant) return {Packing::offline};
        if (sketch.is_partial) return tangled ? std::vector<Packing>{} : std::vector{Packing::none};
        if (!reused && tangled) return {};
        if (!reused && !operand.slides) return {Packing::none};
        std::vector<Packing> choices;
        if (!tangled) choices.push_back(Packing::none);
        for (const Packing packing : {Packing::block, Packing::strip, Packing::whole}) choices.push_back(packing);
        if (!tangled && (operand.slides || operand.is_padded)) {
            choices.push_back(Packing::region_whole);
            choices.push_back(Packing::region_block);
        }
        return choices;
    }

    /// Names that nothing in the plain nest has.
    void name_pieces(const ir::LoopNest& plain) {
        std::vector<std::string> taken = plain.variables;
        for (const ir::Buffer& buffer : plain.buffers) taken.push_back(buffer.name);
        const auto fresh = [&](std::string name) {
            while (std::find(taken.begin(), taken.end(), name) != taken.end()) name += "_";
            taken.push_back(name);
            return name;
        };
        for (SketchAxis& axis : sketch.axes) {
            if (axis.parts.size() > 1) axis.loop = fresh(axis.loop);
            axis.block = fresh(axis.loop + "_o");
            axis.tiles = fresh(axis.loop + "_m");
            axis.inner = fresh(axis.loop + "_i");
            axis.vectors = fresh(axis.loop + "_v");
            axis.lanes = fresh(axis.loop + "_l");
            axis.unrolled = fresh(axis.loop + "_u");
            axis.rest = fresh(axis.loop + "_t");
        }
        for (SketchOperand& operand : sketch.operands) operand.packed = fresh(operand.tensor + "_p");
        sketch.accumulator = fresh("acc");
        if (!sketch.is_partial) return;
        sketch.row_sums = fresh("row_sums");
        sketch.sums = fresh("sums");
    }

    void describe() {
        std::string layouts;
        for (const SketchLayout& layout : sketch.layouts) {
            if (!layout.step.order.empty()) layouts += ", " + layout.tensor + " " + layout.label;
        }
        const auto loop = [&](int axis) { return sketch.axes[static_cast<std::size_t>(axis)].loop; };
        const char* const kind = sketch.is_partial ? "partial sums " : "vector ";
        sketch.name = sketch.vector < 0 ? "scalar" : kind + loop(sketch.vector);
        for (std::size_t i = 0; i < sketch.tiled.size(); ++i)
            sketch.name += (i == 0 ? ", unrolled " : " ") + loop(sketch.tiled[i]);
        sketch.name += layouts;
    }
};

std::vector<int> epilogues_of(const ir::Operator& op, int statement) {
    std::vector<int> found;
    const ir::Access& written = op.statements[static_cast<std::size_t>(statement)].destination;
    // A sum that goes on from what an earlier statement wrote is finished by a nest of its own, see
    // schedules/epilogue.h.
    if (ir::is_written_before(op, static_cast<std::size_t>(statement), written.buffer)) return found;
    for (std::size_t s = static_cast<std::size_t>(statement) + 1; s < op.statements.size(); ++s) {
        const ir::Statement& later = op.statements[s];
        bool reads = false;
        ir::for_each_load(later.value,
                          [&](const ir::Access& access) { reads = reads || access.buffer == written.buffer; });
        if (later.update != ir::Update::assign || !reads || later.destination.buffer != written.buffer) break;
        found.push_back(static_cast<int>(s));
    }
    return found;
}

void index_holes(Sketch& sketch) {
    sketch.hole_of_knob.fill(-1);
    for (std::size_t h = 0; h < sketch.holes.size(); ++h) {
        const Hole& hole = sketch.holes[h];
        if (hole.operand >= 0) {
            sketch.operands[static_cast<std::size_t>(hole.operand)].hole = static_cast<int>(h);
        } else {
            sketch.hole_of_knob[static_cast<std::size_t>(hole.knob)] = static_cast<int>(h);
        }
    }
}

/// What a sketch is built from, beside its candidate.
struct Setting {
    const ir::Operator& op;
    const targets::Machine& machine;
    const SketchOptions& options;
    const AccessPattern& pattern;
    const std::vector<SketchLayout>& layouts;
};

std::optional<Sketch> build(const Setting& setting, const SketchChoice& candidate) {
    const ir::Operator& op = setting.op;
    const AccessPattern& pattern = setting.pattern;
    const targets::Machine& machine = setting.machine;
    Builder builder{.pattern = pattern, .candidate = candidate, .sketch = {}, .runs = {}};
    Sketch& sketch = builder.sketch;
    sketch.layouts = setting.layouts;
    sketch.statement = pattern.statement;
    sketch.is_partial = candidate.is_partial;
    sketch.registers = machine.vector.registers;
    const ir::DType type = op.tensors[static_cast<std::size_t>(pattern.output.tensor)].type;
    sketch.lanes = candidate.vector ? std::max(machine.vector.bits / (8 * ir::size_bytes(type)), 1) : 1;
    const ir::LoopNest plain = ir::lower(op);
    // Lowering nests the destination's axes as the statement lists them, then the reduced ones: the pattern's order.
    sketch.loop_order = loops_around(plain, pattern.statement);
    SAKU_CHECK(sketch.loop_order.size() == pattern.axes.size(), "the plain nest has one loop per axis");
    builder.add_axes(sketch.loop_order);
    builder.divide_axes();
    builder.add_operands();
    builder.name_pieces(plain);
    for (const SketchOperand& operand : sketch.operands) {
        if (operand.choices.empty()) return std::nullopt;
    }
    if (sketch.vector >= 0 && !sketch.is_partial) {
        sketch.scattered =
            pattern.output.reach[builder.runs[static_cast<std::size_t>(sketch.vector)].back()] != Reach::contiguous;
        sketch.transposable =
            sketch.scattered && !sketch.tiled.empty() && !sketch.reduced.empty() &&
            pattern.output.reach[builder.runs[static_cast<std::size_t>(sketch.tiled.front())].back()] ==
                Reach::contiguous;
    }
    // Without a reduction there is no register tile that they could run on.
    if (is_reduction(sketch)) sketch.epilogues = epilogues_of(op, pattern.statement);
    builder.describe();
    sketch.holes = holes_of(sketch, setting.options);
    index_holes(sketch);
    return std::move(builder.sketch);
}

/// Lanes of a vector of the output's elements; 0 where the machine has no such vectors.
int lanes_for(const ir::Operator& op, const AccessPattern& pattern, const targets::Machine& machine) {
    const ir::DType type = op.tensors[static_cast<std::size_t>(pattern.output.tensor)].type;
    const int lanes = machine.vector.bits / (8 * ir::size_bytes(type));
    return lanes >= 2 ? lanes : 0;
}

}  // namespace

std::vector<Sketch> sketches(const ir::Operator& op, const targets::Machine& machine, const SketchOptions& options) {
    const int statement = main_statement(op);
    const int lanes = lanes_for(op, access_pattern(op, statement), machine);
    std::vector<Sketch> found;
    // Layouts that somebody fixed may suit no vectors: then anything goes, since slow kernels are better than none.
    for (const bool anything : {false, true}) {
        for (const std::vector<SketchLayout>& layouts : layout_choices(op, statement, lanes)) {
            const bool is_plain = std::all_of(layouts.begin(), layouts.end(),
                                              [](const SketchLayout& layout) { return layout.step.order.empty(); });
            const AccessPattern pattern = access_pattern(with_strides_of(op, layouts), statement);
            const Setting setting{
                .op = op, .machine = machine, .options = options, .pattern = pattern, .layouts = layouts};
            std::vector<SketchChoice> candidates = candidates_of(pattern, lanes, is_plain || anything);
            const bool has_scalar = std::any_of(candidates.begin(), candidates.end(),
                                                [](const SketchChoice& choice) { return !choice.vector; });
            if (anything && !has_scalar) candidates.push_back({.vector = std::nullopt, .runs = {}});
            for (const SketchChoice& candidate : candidates) {
                if (auto sketch = build(setting, candidate)) found.push_back(std::move(*sketch));
            }
        }
        if (!found.empty()) break;
    }
    return found;
}

}  // namespace saku::tuner

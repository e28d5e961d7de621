#include "tuner/least_work.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "costmodel/estimate.h"
#include "costmodel/loop_time.h"
#include "costmodel/waiting.h"
#include "features/instruction_mix.h"
#include "tuner/least_copies.h"
#include "tuner/straight_code.h"
#include "tuner/table_production.h"

namespace saku::tuner {

namespace {

using features::Instruction;
using features::InstructionCounts;

class Counter {
public:
    Counter(const Production& work, const costmodel::Model& model) : work_(work), model_(model), code_(work) {
        row_.type = work.shape.update.type;
        row_.lanes = work.sketch.vector >= 0 ? work.sketch.lanes : 1;
        row_.active_lanes = row_.lanes;
        row_.operations = work.shape.update.operations;
    }

    LeastWork count_all() {
        count_update();
        double all = update_cycles_;
        double divided = part(update_cycles_, work_.first_tile);
        for (std::size_t o = 0; o < work_.copies.size(); ++o) {
            const CopyState& copy = work_.copies[o];
            if (!copy.exists || copy.is_offline) continue;
            const double cycles = copy_cycles(work_, model_, o);
            all += cycles;
            divided += part(cycles, copy.place);
        }
        return {.seconds = divided / model_.hertz,
                .even_seconds = costmodel::divided_seconds(all / model_.threads / model_.hertz, model_),
                .spilled = std::max(0.0, live_ - model_.vector_registers)};
    }

private:
    /// Of work inside the loop in a slot, what is left to one thread.
    [[nodiscard]] double part(double cycles, int place) const {
        return work_.parallel >= 0 && place >= work_.parallel ? cycles / model_.threads : cycles;
    }

    /// The update as far as it is in the innermost loop.
    struct Update {
        double copies = 1;
        double iterations = 1;  ///< of the innermost loop
        double trips = 1;       ///< iterations at a time, at most
        InstructionCounts each{};
        InstructionCounts counts{};
    };

    /// What stands beside the innermost loop.
    struct Around {
        InstructionCounts counts{};
        double cycles = 0;          ///< by itself
        InstructionCounts whole{};  ///< of whole tiles
        double whole_cycles = 0;
    };

    [[nodiscard]] Update count_arithmetic() const {
        Update update;
        double straight = 1;
        for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
            update.copies *= code_.of(a).all;
            straight *= code_.of(a).inside * code_.of(a).written;
        }
        update.iterations = update.copies / straight;
        if (code_.innermost() >= 0)
            update.trips = static_cast<double>(work_.loops[static_cast<std::size_t>(code_.innermost())].extent);
        features::InstructionMix mix;
        features::fill_mix(work_.table, row_, model_.vector, mix);
        update.each = mix.each;
        for (std::size_t i = 0; i < mix.each.size(); ++i) update.counts[i] = update.copies * mix.each[i];
        return update;
    }

    /// Loads per vector that reach into a second line, at the least.
    [[nodiscard]] double crossings(const TemplateAccess& load, const Named& named, int bits) const {
        const int bytes = work_.table.buffers[static_cast<std::size_t>(load.buffer)].element_bytes;
        const auto aligned = static_cast<double>(std::min<std::int64_t>(64, named.alignment * bytes));
        return features::crossings(aligned, bits / 8.0, model_.vector);
    }

    void count_loads(int bits, double registers, Update& update) {
        double shared = 0;  // vectors that are alive together
        double loaded = 0;
        double most = 0;
        for (const TemplateAccess& load : work_.shape.update.loads) {
            if (load.buffer < 0) continue;
            const Named named = code_.named_by(load);
            if (named.lanes == LanesOf::unknown || named.lanes == LanesOf::strided) continue;
            const bool is_vector = named.lanes == LanesOf::contiguous;
            const bool is_single = is_vector || work_.sketch.vector < 0;
            const double width = is_vector ? registers : 1;
            const double loads = width * named.elements * update.iterations / (named.moves ? 1 : update.trips);
            count(update.counts, is_single ? Instruction::load : Instruction::load_broadcast) +=
                loads * (is_vector ? 1 + crossings(load, named, bits) : 1);
            if (!named.moves) continue;
            (named.is_shared ? shared : loaded) += width * named.in_tile;
            if (!named.is_shared) most = std::max(most, width * named.in_tile);
        }
        tile_ = code_.of_outputs([&](std::size_t a) { return code_.of(a).tile; });
        if (code_.is_certain()) live_ = registers * tile_ + shared + loaded - most + (most > 0 ? 1 : 0);
    }

    void count_update() {
        const int bits = features::width_of(row_, model_.vector);
        const double registers = features::registers_per_vector(row_, bits);
        const costmodel::PortModel& ports = model_.ports.at(row_.type, bits);
        Update update = count_arithmetic();
        count_loads(bits, registers, update);
        if (is_loop_certain())
            costmodel::add_overhead(update.counts, model_.coefficients.loop_overhead_uops, update.iterations);
        const Around around = around_update(registers, ports);
        const double calls = update.iterations / update.trips;
        const double apart = is_loop_certain() ? surprise(update.trips) : 0;
        const double inner = costmodel::throughput(ports, update.counts, model_);
        update_cycles_ = inner + around.cycles;
        if (apart < 1)
            update_cycles_ = apart * update_cycles_ + (1 - apart) * together(update, inner, around, calls, ports);
        if (is_loop_certain()) add_waiting(update, ports, calls);
    }

    /// Of the update and what stands around it, as far as they run side by side: more than the reorder buffer holds
    /// does not.
    [[nodiscard]] double together(const Update& update, double inner, const Around& around, double calls,
                                  const costmodel::PortModel& ports) const {
        const bool is_apart =
            is_loop_certain() && costmodel::issue_slots(ports, around.whole) > model_.rob_entries * calls;
        if (is_apart && around.whole_cycles == around.cycles) return inner + around.cycles;
        InstructionCounts all = update.counts;
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += around.counts[i];
        const double least = std::min(inner + around.cycles, costmodel::throughput(ports, all, model_));
        return is_apart ? std::max(least, inner + around.whole_cycles) : least;
    }

    [[nodiscard]] bool is_loop_certain() const {
        return code_.innermost() >= work_.first_reduction && code_.is_certain() && !work_.sketch.is_partial;
    }

    /// The part of the innermost loop's exits that nothing foresees.
    [[nodiscard]] double surprise(double trips) const {
        const PlannedLoop& loop = work_.loops[static_cast<std::size_t>(code_.innermost())];
        if (loop.axis == work_.blocked_axis && work_.has_ragged_reduction)  // the last block has fewer
            trips *= code_.of(static_cast<std::size_t>(loop.axis)).all /
                     (blocks() * static_cast<double>(work_.decisions.block_k));
        return costmodel::surprise(trips, model_);
    }

    /// Sums that wait for themselves, that start, and that do not fit into the registers; of whole tiles.
    void add_waiting(const Update& update, const costmodel::PortModel& ports, double calls) {
        const costmodel::Coefficients& c = model_.coefficients;
        double sums = blocks();
        // Of the update, for one sum of all tile's.
        double copies = code_.of_outputs([&](std::size_t a) { return code_.of(a).counted; });
        double iterations = 1 / blocks();  // of the innermost loop
        double waiting = 1;                // copies in straight code, each for the one before
        for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
            const AxisCopies& axis = code_.of(a);
            if (!axis.is_reduced) {
                sums *= axis.tiles;
                continue;
            }
            iterations *= axis.all / axis.tile;
            waiting *= axis.tile;
        }
        copies *= iterations * waiting;
        const double operations = copies * costmodel::arithmetic_of(update.each);
        const double alone = waiting * costmodel::chain_latency(row_, ports) * costmodel::unseen(operations, model_);
        update_cycles_ = costmodel::beside(update_cycles_, sums * iterations * alone, model_);
        const double unforeseen = surprise(update.trips);
        const double slots = costmodel::issue_slots(ports, update.each) * copies;
        const double starting = costmodel::filling(ports, model_) * costmodel::unhidden(slots, unforeseen, model_);
        const double spilled = std::max(0.0, live_ - model_.vector_registers);
        update_cycles_ += sums * (starting + iterations * spilled * c.spill_cycles);
        update_cycles_ += calls * unforeseen * model_.mispredict_cycles;
    }

    [[nodiscard]] double blocks() const { return work_.block_slot >= 0 ? static_cast<double>(work_.block_count) : 1.0; }

    /// Sums of whole tiles that go to memory, and come back for the next block of the reduction.
    [[nodiscard]] Around around_update(double registers, const costmodel::PortModel& ports) const {
        Around around;
        const TemplateAccess& access = work_.shape.destination;
        if (work_.sketch.is_partial || code_.innermost() < 0 || access.is_blocked) return around;
        const int axis = work_.loops[static_cast<std::size_t>(code_.innermost())].axis;
        if (code_.innermost() < work_.first_reduction && access.group[static_cast<std::size_t>(axis)] < 0)
            return around;
        if (work_.decisions.transpose) return turned_around(ports);
        const LanesOf lanes = code_.lanes_of(access);
        if (lanes == LanesOf::unknown || (lanes == LanesOf::broadcast && work_.sketch.vector >= 0)) return around;
        const double whole = stored([&](std::size_t a) { return code_.of(a).tiles * code_.of(a).tile; });
        const double vectors = stored([&](std::size_t a) { return code_.of(a).all; });
        add_stores(access, lanes, whole, registers, around.whole);
        around.counts = around.whole;
        add_stores(access, lanes == LanesOf::strided ? LanesOf::unknown : lanes, vectors - whole, registers,
                   around.counts);
        around.cycles = costmodel::throughput(ports, around.counts, model_);
        around.whole_cycles = vectors == whole ? around.cycles : costmodel::throughput(ports, around.whole, model_);
        return around;
    }

    /// Vectors that are written, and read again.
    void add_stores(const TemplateAccess& access, LanesOf lanes, double vectors, double registers,
                    InstructionCounts& counts) const {
        const double again = vectors * registers * (work_.shape.is_accumulated ? blocks() : blocks() - 1);
        if (lanes == LanesOf::contiguous || lanes == LanesOf::broadcast) {
            count(counts, Instruction::store) += blocks() * vectors * registers;
            count(counts, Instruction::load) += again;
        } else if (lanes == LanesOf::strided) {
            const double elements = blocks() * vectors * row_.lanes;
            const double part = model_.vector.part;
            count(counts, Instruction::store) += elements * part;
            count(counts, Instruction::shuffle) += elements * features::shuffles_by_element(part);
            if (std::abs(access.axis_stride[static_cast<std::size_t>(work_.sketch.vector)]) >= row_.lanes)
                features::count_rows(again, columns(access), row_.lanes / registers, part, counts);
        }
    }

    /// Vectors of the output: `of` each axis, but no more of rows than there are.
    template <class Of>
    [[nodiscard]] double stored(const Of& of) const {
        return code_.of_outputs([&](std::size_t a) {
            const AxisState& state = work_.axes[a];
            const bool ends = state.is_masked && static_cast<int>(a) != work_.sketch.vector;
            return ends ? static_cast<double>(state.cut.extent) : of(a);
        });
    }

    [[nodiscard]] double columns(const TemplateAccess& access) const {
        double most = 1;
        for (const int axis : work_.sketch.tiled) {
            const auto a = static_cast<std::size_t>(axis);
            if (access.axis_stride[a] == 1) most = std::max(most, code_.of(a).tile);
        }
        return most;
    }

    /// The same where tiles are turned first: their rows become lanes.
    [[nodiscard]] Around turned_around(const costmodel::PortModel& ports) const {
        Around around;
        const int rows = work_.sketch.tiled.front();
        if (work_.shape.destination.axis_stride[static_cast<std::size_t>(rows)] != 1) return around;
        const double others = code_.of_outputs([&](std::size_t a) {
            return static_cast<int>(a) == rows ? 1.0 : static_cast<double>(work_.axes[a].cut.extent);
        });
        const AxisState& state = axis_state(work_, rows);
        const AxisCopies& axis = code_.of(static_cast<std::size_t>(rows));
        add_turned(others * axis.tiles, static_cast<int>(axis.tile), ports, around);
        around.whole = around.counts;
        around.whole_cycles = around.cycles;
        if (state.is_ragged && !state.is_masked && state.cut.tile_count > 1)
            add_turned(others, static_cast<int>(last_tile(state)), ports, around);
        return around;
    }

    void add_turned(double vectors, int lanes, const costmodel::PortModel& ports, Around& around) const {
        features::Row row = row_;
        row.lanes = lanes;
        const int bits = features::width_of(row, model_.vector);
        const double registers = blocks() * vectors * features::registers_per_vector(row, bits);
        InstructionCounts counts{};
        count(counts, Instruction::store) += registers;
        count(counts, Instruction::shuffle) += registers * features::turning_rounds(lanes);
        count(counts, Instruction::load) += registers * (work_.shape.is_accumulated ? 1 : 1 - 1 / blocks());
        const costmodel::PortModel& own = model_.ports.at(row.type, bits);
        const double cycles = costmodel::throughput(ports, counts, model_);
        around.cycles += &own == &ports ? cycles : std::min(cycles, costmodel::throughput(own, counts, model_));
        for (std::size_t i = 0; i < counts.size(); ++i) around.counts[i] += counts[i];
    }

    const Production& work_;
    const costmodel::Model& model_;
    const StraightCode code_;
    features::Row row_;  ///< the update, without its accesses
    double update_cycles_ = 0;
    double tile_ = 1;  ///< copies of the update in a whole tile, reduction apart
    double live_ = 0;  ///< vectors
};

}  // namespace

LeastWork least_work(const Production& work, const costmodel::Model& model) {
    const std::size_t phases =
        work.shape.before[work.decisions.fused_epilogue ? 1 : 0].rows.size() + work.copies.size();
    // Phases beyond the last one are one, and their rows may run side by side.
    if (!work.shape.is_reduction || phases + 1 >= features::max_phases) return {};
    return Counter(work, model).count_all();
}

}  // namespace saku::tuner

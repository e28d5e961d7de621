#include "costmodel/core_time.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "costmodel/loop_time.h"
#include "costmodel/waiting.h"
#include "features/registers.h"
#include "features/reuse.h"

namespace saku::costmodel {

namespace {

using features::Instruction;
using features::InstructionCounts;
using features::InstructionMix;
using features::LoopKind;
using features::LoopTable;
using features::no_loop;
using features::Row;

class CoreClock {
public:
    CoreClock(const LoopTable& table, std::span<const double> trips, const Model& model,
              std::span<const InstructionMix> mixes, std::vector<InnermostLoop>* details)
        : table_(table), trips_(trips), model_(model), mixes_(mixes), details_(details) {
        for (std::size_t l = 0; l < table.loops.size(); ++l) {
            const features::Loop& loop = table.loops[l];
            const double outer = loop.parent == no_loop ? 1 : iterations_[static_cast<std::size_t>(loop.parent)];
            executions_[l] = outer * loop.share;
            iterations_[l] = executions_[l] * trips[l];
            is_innermost_[l] = true;
            children_[l] = 0;
            first_row_[l] = -1;
            host_[l] = no_loop;
            phase_[l] = -1;
            if (loop.parent == no_loop) continue;
            is_innermost_[static_cast<std::size_t>(loop.parent)] = false;
            ++children_[static_cast<std::size_t>(loop.parent)];
        }
    }

    CoreTime run() {
        choose_hosts();
        link_rows();
        for (std::size_t l = 0; l < table_.loops.size(); ++l) {
            if (phase_[l] < 0) continue;  // nothing in it
            if (is_innermost_[l]) {
                run_innermost(l);
            } else if (is_counted(l) && host_[l] == no_loop) {
                add(phase_[l], iterations_[l] * model_.coefficients.outer_iteration_cycles);
            }
        }
        for (std::size_t p = 0; p < dividing_.size(); ++p) {
            time_.core[p] = std::max(time_.core[p], dividing_[p]);
            time_.busy[p] = std::max(time_.busy[p], dividing_[p]);
        }
        return time_;
    }

private:
    void add(int phase, double cycles) {
        time_.core[static_cast<std::size_t>(phase)] += cycles;
        time_.busy[static_cast<std::size_t>(phase)] += cycles;
    }

    /// Of every loop the innermost loop inside that has most to do: directly inside, or within one that is over soon.
    void choose_hosts() {
        for (std::size_t l = table_.loops.size(); l-- > 0;) {
            const int parent = table_.loops[l].parent;
            const int own = is_innermost_[l] ? static_cast<int>(l) : host_[l];
            if (parent == no_loop || own == no_loop) continue;
            if (!is_innermost_[l] && !is_over_soon(l)) continue;
            int& host = host_[static_cast<std::size_t>(parent)];
            if (host == no_loop ||
                iterations_[static_cast<std::size_t>(host)] <= iterations_[static_cast<std::size_t>(own)]) {
                host = own;
            }
        }
    }

    /// Does the reorder buffer hold two executions of a loop around its host, so that one begins before the other ends?
    bool is_over_soon(std::size_t l) {
        if (surprise(trips_[l], model_) > 0) return false;
        const int host = host_[l];
        double slots = model_.coefficients.loop_overhead_uops;
        for (const Row& row : table_.rows) {
            if (row.loop != host) continue;
            const InstructionMix& mix = mix_of(row);
            slots += row.share * issue_slots(model_.ports.at(row.type, mix.bits), mix.each);
        }
        return 2 * slots * iterations_[static_cast<std::size_t>(host)] <= model_.rob_entries * executions_[l];
    }

    [[nodiscard]] bool is_counted(std::size_t l) const { return table_.loops[l].kind != LoopKind::unrolled; }

    /// Lists the rows of each loop that is innermost or has a host; rows elsewhere are priced at once. Every loop gets
    /// the phase of its rows.
    void link_rows() {
        for (std::size_t r = table_.rows.size(); r-- > 0;) {
            const Row& row = table_.rows[r];
            for (int l = row.loop; l != no_loop; l = table_.loops[static_cast<std::size_t>(l)].parent) {
                phase_[static_cast<std::size_t>(l)] = row.phase;
            }
            const auto loop = static_cast<std::size_t>(row.loop);
            if (row.loop != no_loop) ++children_[loop];
            if (row.loop == no_loop || (!is_innermost_[loop] && host_[loop] == no_loop)) {
                run_single(row);
            } else {
                next_row_[r] = first_row_[loop];
                first_row_[loop] = static_cast<int>(r);
            }
        }
    }

    /// Of a row of the table; good until asked for the next one.
    const InstructionMix& mix_of(const Row& row) {
        if (!mixes_.empty()) return mixes_[static_cast<std::size_t>(&row - table_.rows.data())];
        mix_ = features::mix_of(table_, row, model_.vector);
        return mix_;
    }

    void run_single(const Row& row) {
        const InstructionMix& mix = mix_of(row);
        InstructionCounts all = mix.each;
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += mix.hoisted[i];
        const double times = (row.loop == no_loop ? 1 : iterations_[static_cast<std::size_t>(row.loop)]) * row.share;
        const PortModel& ports = model_.ports.at(row.type, mix.bits);
        set_divisions_apart(ports, times, row.phase, all);
        add(row.phase,
            times * (throughput(ports, all, model_) + model_.coefficients.unresolved_cycles * mix.unresolved));
    }

    /// The divider works by itself, beside what comes after: what of a row it is busy with counts only where it has
    /// more to do than all else.
    void set_divisions_apart(const PortModel& ports, double times, int phase, InstructionCounts& all) {
        const auto has = [&](Instruction i) { return all[static_cast<std::size_t>(i)] > 0; };
        if (!has(Instruction::divide) && !has(Instruction::square_root)) return;
        InstructionCounts divisions{};
        for (const Instruction i : {Instruction::divide, Instruction::square_root})
            std::swap(divisions[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(i)]);
        dividing_[static_cast<std::size_t>(phase)] += times * port_cycles(ports, divisions);
    }

    /// What one iteration of an innermost loop holds.
    struct Body {
        InstructionCounts each{};
        InstructionCounts hoisted{};
        double chain_cycles = 0;
        double unresolved = 0;
        const features::Access* sum = nullptr;  ///< where the chain's values stay
        bool starts_sums = false;               ///< each iteration has sums of its own
        features::RegisterTally registers;
        const PortModel* ports = nullptr;
        int bits = 0;  ///< of the widest row
    };

    void add_row(const Row& row, Body& body) {
        const InstructionMix& mix = mix_of(row);
        const PortModel& ports = model_.ports.at(row.type, mix.bits);
        // Rows of different widths run on the same ports: the widest one speaks for all.
        if (body.ports == nullptr || mix.bits > body.bits) {
            body.ports = &ports;
            body.bits = mix.bits;
        }
        for (std::size_t i = 0; i < mix.each.size(); ++i) {
            body.each[i] += row.share * mix.each[i];
            body.hoisted[i] += row.share * mix.hoisted[i];
        }
        body.unresolved += row.share * mix.unresolved;
        if (row.carried) {
            const double merge = features::merges_sums(table_, row, model_.vector) ? merge_latency(ports) : 0;
            const double latency = chain_latency(row, ports) + merge;
            body.chain_cycles = std::max(body.chain_cycles, row.share * row.chain * latency);
            body.sum = &features::destination_of(table_, row);
        }
        if (row.kind != features::RowKind::prefetch) features::add_row(table_, row, model_.vector, body.registers);
    }

    void run_innermost(std::size_t l) {
        Body body;
        for (int r = first_row_[l]; r >= 0; r = next_row_[static_cast<std::size_t>(r)]) {
            add_row(table_.rows[static_cast<std::size_t>(r)], body);
        }
        body.starts_sums = body.chain_cycles > 0 && starts_sums(body, l);
        const InstructionCounts around = body.ports == nullptr ? InstructionCounts{} : rows_around(l, body);
        const Coefficients& c = model_.coefficients;
        const features::RegisterUse registers = body.registers.total();
        const double spilled = registers.spilled(model_.vector_registers);
        count(body.each, Instruction::load) += spilled;
        count(body.each, Instruction::store) += spilled;
        if (!registers.keeps_invariant(model_.vector_registers)) {
            for (std::size_t i = 0; i < body.each.size(); ++i) body.each[i] += body.hoisted[i];
            body.hoisted.fill(0);
        }
        if (is_counted(l)) add_overhead(body.each, c.loop_overhead_uops, 1);
        const double chain = waiting(body, l);
        const auto phase = static_cast<std::size_t>(phase_[l]);
        if (details_ != nullptr) {
            details_->push_back({.loop = static_cast<int>(l),
                                 .executions = executions_[l],
                                 .iterations = iterations_[l],
                                 .bits = body.bits,
                                 .each = body.each,
                                 .port_cycles = port_cycles(*body.ports, body.each),
                                 .issue_cycles = issue_slots(*body.ports, body.each) / model_.issue_width,
                                 .chain_cycles = chain,
                                 .together_cycles = beside(throughput(*body.ports, body.each, model_), chain, model_),
                                 .unresolved_cycles = c.unresolved_cycles * body.unresolved,
                                 .registers = registers,
                                 .spilled = spilled});
        }
        const Execution execution = execution_cycles(body, around, l, chain);
        const double unresolved = iterations_[l] * c.unresolved_cycles * body.unresolved;
        time_.core[phase] += executions_[l] * execution.cycles + unresolved;
        time_.busy[phase] += executions_[l] * execution.busy + unresolved;
        time_.calls[phase] += call_cycles(body, l);
        time_.spills[phase] += iterations_[l] * c.spill_cycles * spilled;
    }

    struct Execution {
        double cycles;
        double busy;  ///< the same, if no sum waited for itself
    };

    /// One execution of an innermost loop and the work before and after it. Where the loop's exit is foreseen, that
    /// work is on its way while iterations still are, or already, and what counts is the port that has most to do in
    /// all; where it is a surprise, one waits for the other.
    [[nodiscard]] Execution execution_cycles(const Body& body, const InstructionCounts& around, std::size_t l,
                                             double chain) const {
        InstructionCounts loop{};
        InstructionCounts other{};
        InstructionCounts all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            loop[i] = trips_[l] * body.each[i];
            other[i] = around[i] + body.hoisted[i];
            all[i] = loop[i] + other[i];
        }
        const double least = trips_[l] * chain;
        const double apart_share = surprise(trips_[l], model_);
        const double busy = apart_share < 1 ? throughput(*body.ports, all, model_) : 0;
        const Execution together{.cycles = beside(busy, least, model_), .busy = busy};
        if (apart_share <= 0) return together;
        const double busy_loop = throughput(*body.ports, loop, model_);
        const double busy_around = throughput(*body.ports, other, model_);
        const Execution apart{.cycles = beside(busy_loop, least, model_) + busy_around,
                              .busy = busy_loop + busy_around};
        return {.cycles = apart_share * apart.cycles + (1 - apart_share) * together.cycles,
                .busy = apart_share * apart.busy + (1 - apart_share) * together.busy};
    }

    /// The counting of a loop around its host. Beside the host's work it takes no more than it would apart.
    void add_counting(std::size_t loop, std::size_t host, const PortModel& ports, InstructionCounts& around) const {
        const Coefficients& c = model_.coefficients;
        const double times = iterations_[loop] / executions_[host];
        InstructionCounts counting{};
        add_overhead(counting, c.outer_iteration_uops, times);
        double part = 1;
        if (table_.loops[host].parent != static_cast<int>(loop)) {
            part =
                std::min(1.0, times * c.outer_iteration_cycles / std::max(1e-9, throughput(ports, counting, model_)));
        }
        for (std::size_t i = 0; i < around.size(); ++i) around[i] += part * counting[i];
    }

    /// What stands beside an innermost loop, for each of its executions: the rows that start sums and write them back,
    /// the counting of the loop around. More of them than the reorder buffer holds are priced apart, and so are those
    /// of other phases.
    [[nodiscard]] InstructionCounts rows_around(std::size_t l, const Body& body) {
        InstructionCounts around{};
        for (int parent = table_.loops[l].parent;
             parent != no_loop && host_[static_cast<std::size_t>(parent)] == static_cast<int>(l);
             parent = table_.loops[static_cast<std::size_t>(parent)].parent) {
            const auto p = static_cast<std::size_t>(parent);
            if (is_counted(p)) add_counting(p, l, *body.ports, around);
            for (int r = first_row_[p]; r >= 0; r = next_row_[static_cast<std::size_t>(r)]) {
                const Row& row = table_.rows[static_cast<std::size_t>(r)];
                const InstructionMix& mix = mix_of(row);
                if (row.phase != phase_[l] || mix.unresolved > 0) {
                    run_single(row);
                    continue;
                }
                const double times = row.share * iterations_[p] / executions_[l];
                for (std::size_t i = 0; i < around.size(); ++i) around[i] += times * (mix.each[i] + mix.hoisted[i]);
            }
        }
        if (issue_slots(*body.ports, around) <= model_.rob_entries) return around;
        add(phase_[l], executions_[l] * throughput(*body.ports, around, model_));
        return {};
    }

    /// Starting and leaving an innermost loop, all times that happens: its exit may be a surprise, and sums have to be
    /// filled and drained, but not where a loop around goes on with the same sums.
    [[nodiscard]] double call_cycles(const Body& body, std::size_t l) const {
        double cycles = executions_[l] * surprise(trips_[l], model_) * model_.mispredict_cycles;
        if (body.chain_cycles > 0 && !body.starts_sums) {
            const double slots = issue_slots(*body.ports, body.each) * iterations_of_a_sum(body, l);
            cycles += executions_[outermost_of_sums(body, l)] * filling(*body.ports, model_) *
                      unhidden(slots, surprise(trips_[l], model_), model_);
        }
        return cycles;
    }

    /// Are the sums begun where they are added to, by a row of the same loop?
    [[nodiscard]] bool starts_sums(const Body& body, std::size_t l) const {
        for (int r = first_row_[l]; r >= 0; r = next_row_[static_cast<std::size_t>(r)]) {
            const Row& row = table_.rows[static_cast<std::size_t>(r)];
            if (features::begins(table_, row, body.sum->buffer)) return true;
        }
        return false;
    }

    /// Cycles of an iteration in which a sum waits for itself. Towards its end the scheduler sees work on the next one,
    /// and none of that before.
    [[nodiscard]] double waiting(const Body& body, std::size_t l) const {
        if (body.chain_cycles <= 0) return 0;
        const double alone = body.chain_cycles + (body.starts_sums ? filling(*body.ports, model_) : 0);
        return alone * unseen(arithmetic_of(body.each) * iterations_of_a_sum(body, l), model_);
    }

    /// How often the innermost loop is repeated for one sum.
    [[nodiscard]] double iterations_of_a_sum(const Body& body, std::size_t l) const {
        if (body.starts_sums) return 1;
        return iterations_[l] / executions_[body.sum == nullptr ? l : outermost_of_sums(body, l)];
    }

    /// The outermost loop that does nothing but repeat the innermost one with its sums staying where they are.
    [[nodiscard]] std::size_t outermost_of_sums(const Body& body, std::size_t l) const {
        for (;;) {
            const int parent = table_.loops[l].parent;
            if (parent == no_loop) return l;
            const auto p = static_cast<std::size_t>(parent);
            if (children_[p] != 1 || features::moves_with(table_, *body.sum, parent)) return l;
            l = p;
        }
    }

    const LoopTable& table_;
    std::span<const double> trips_;
    const Model& model_;
    std::span<const InstructionMix> mixes_;
    InstructionMix mix_;
    std::vector<InnermostLoop>* details_;
    CoreTime time_;
    std::array<double, features::max_phases> dividing_{};
    std::array<double, features::max_loops> executions_;
    std::array<double, features::max_loops> iterations_;
    std::array<bool, features::max_loops> is_innermost_;
    std::array<int, features::max_loops> children_;  ///< loops and rows directly inside
    std::array<int, features::max_loops> first_row_;
    std::array<int, features::max_loops> host_;  ///< of each loop, beside whose work its rows run: choose_hosts
    std::array<int, features::max_loops> phase_;
    std::array<int, features::max_rows> next_row_;
};

}  // namespace

double InnermostLoop::cycles() const { return together_cycles + unresolved_cycles; }

CoreTime core_time(const LoopTable& table, std::span<const double> trips, const Model& model,
                   std::span<const InstructionMix> mixes, std::vector<InnermostLoop>* details) {
    return CoreClock(table, trips, model, mixes, details).run();
}

}  // namespace saku::costmodel

#include "costmodel/model.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace saku::costmodel {

namespace {

using features::Grain;
using features::ReuseLevel;

/// Bytes of a cache that one of `threads` cores can count on.
double capacity(const targets::Cache& cache, int threads) {
    const double whole = static_cast<double>(cache.size_bytes) / std::max(1, std::min(threads, cache.shared_by_cores));
    if (!cache.effective_bytes_per_core) return whole;
    return std::min(whole, static_cast<double>(*cache.effective_bytes_per_core));
}

Refill refill_from(const targets::Cache& source, double line_bytes, double factor) {
    const double store_bytes =
        source.store_bytes_per_cycle > 0 ? source.store_bytes_per_cycle : source.load_bytes_per_cycle;
    Refill refill{.load_cycles_per_unit = factor * line_bytes / source.load_bytes_per_cycle,
                  .store_cycles_per_unit = factor * line_bytes / store_bytes,
                  .cycles_by_footprint = {}};
    for (const auto& [bytes, per_cycle] : source.bandwidth_by_working_set) {
        refill.cycles_by_footprint.emplace_back(static_cast<double>(bytes), factor * line_bytes / per_cycle);
    }
    return refill;
}

Refill refill_from(const targets::Memory& memory, double line_bytes, double factor, int threads) {
    double bytes = memory.load_bytes_per_cycle;
    if (memory.socket_bytes_per_cycle > 0) bytes = std::min(bytes, memory.socket_bytes_per_cycle / threads);
    const double cycles = factor * line_bytes / bytes;
    return {.load_cycles_per_unit = cycles, .store_cycles_per_unit = cycles, .cycles_by_footprint = {}};
}

void add_caches(const targets::Machine& machine, Model& model) {
    const Coefficients& c = model.coefficients;
    model.cache_count = std::min<int>(cache_levels, static_cast<int>(machine.caches.size()));
    for (int l = 0; l < model.cache_count; ++l) {
        const auto i = static_cast<std::size_t>(l);
        const targets::Cache& cache = machine.caches[i];
        ReuseLevel level{.grain = Grain::line,
                         .capacity_bytes = capacity(cache, model.threads),
                         .fits_until = c.cache_fit[i].until,
                         .fits_nothing_from = c.cache_fit[i].from};
        if (l < features::set_caches && cache.ways > 0) {
            level.set_cache = l;
            const auto [until, from] = cache.collision_ways.value_or(std::pair(c.collisions.until, c.collisions.from));
            level.ways_until = until * cache.ways;
            level.ways_nothing_from = from * cache.ways;
            level.collision_weight = c.collision_weight[i];
            model.units.sets[i] =
                static_cast<double>(cache.size_bytes) / (static_cast<double>(cache.ways) * cache.line_bytes);
        }
        model.levels[i] = level;
        const bool is_last = i + 1 >= machine.caches.size();
        model.refills[i] = is_last ? refill_from(machine.memory, model.units.line_bytes, c.refill[i], model.threads)
                                   : refill_from(machine.caches[i + 1], model.units.line_bytes, c.refill[i]);
    }
    model.level_count = model.cache_count;
}

void add_tlbs(const targets::Machine& machine, Model& model) {
    for (std::size_t t = 0; t < machine.tlbs.size() && t < 2; ++t) {
        const targets::Tlb& tlb = machine.tlbs[t];
        const auto i = static_cast<std::size_t>(model.level_count++);
        model.levels[i] = {.grain = Grain::page,
                           .capacity_bytes = static_cast<double>(tlb.entries) * model.units.page_bytes,
                           .fits_until = model.coefficients.tlb_fit.until,
                           .fits_nothing_from = model.coefficients.tlb_fit.from};
        model.refills[i] = {.load_cycles_per_unit = model.coefficients.tlb_miss * tlb.miss_cycles,
                            .store_cycles_per_unit = 0,
                            .cycles_by_footprint = {}};
    }
}

/// Of threads that are awake (runtime/crew.h): a first call after a pause takes longer.
double fork_join_seconds(const targets::Topology& topology, int threads) {
    return threads < 2 ? 0 : targets::doublings(threads) * topology.fork_join_us * 1e-6;
}

/// Micro-operations of an instruction of 128 bits by those of one of the widest vectors, at most 1.
double part_of_vector(const targets::Machine& machine, const char* op) {
    const auto uops = [&](int bits) {
        double count = 0;
        const targets::Operation* found = targets::find_operation(machine, op, "f32", bits);
        if (found == nullptr) return count;
        for (const targets::MicroOps& each : found->uops) count += each.count;
        return count;
    };
    const double whole = uops(machine.vector.bits);
    const double part = uops(128);
    return part > 0 && part < whole ? part / whole : 1;
}

/// What the machine's file says of its caches and prefetchers replaces what the coefficients say of those they were
/// measured on.
void apply_facts(const targets::Machine& machine, Coefficients& coefficients) {
    const targets::Prefetcher& prefetch = machine.prefetch;
    coefficients.straight_doubling = prefetch.straight_doubling.value_or(coefficients.straight_doubling);
    coefficients.rows_refill = prefetch.rows_refill.value_or(coefficients.rows_refill);
    coefficients.waiting_power = machine.core.waiting_power.value_or(coefficients.waiting_power);
    if (machine.caches.empty()) return;
    coefficients.crowded_cycles = machine.caches.front().crowded_write_cycles.value_or(coefficients.crowded_cycles);
}

/// As the machine's file says; else from the coefficients, within whose limits prefetches do the same at any distance.
PrefetchEffect prefetch_effect(const targets::Prefetcher& prefetch, const Coefficients& c) {
    if (!prefetch.software_refill.empty())
        return {.by_lines_ahead = prefetch.software_refill, .burst_lines = std::numeric_limits<double>::infinity()};
    const Edge& ahead = c.prefetch_ahead;
    return {.by_lines_ahead = {{ahead.from - 1, 1},
                               {ahead.from, c.prefetched_refill},
                               {ahead.until, c.prefetched_refill},
                               {ahead.until + 1, 1}},
            .burst_lines = c.prefetch_burst};
}

}  // namespace

double value_at(const Points& points, double place) {
    if (place <= points.front().first) return points.front().second;
    for (std::size_t i = 1; i < points.size(); ++i) {
        if (place > points[i].first) continue;
        const double part = (place - points[i - 1].first) / (points[i].first - points[i - 1].first);
        return points[i - 1].second + part * (points[i].second - points[i - 1].second);
    }
    return points.back().second;
}

double load_cycles(const Refill& refill, double footprint_bytes) {
    if (refill.cycles_by_footprint.empty()) return refill.load_cycles_per_unit;
    return value_at(refill.cycles_by_footprint, footprint_bytes);
}

Model prepare(const targets::Machine& machine, const Coefficients& coefficients, int threads,
              features::Residence residence) {
    Model model{.machine = machine.name,
                .threads = std::max(1, threads),
                .residence = residence,
                .hertz = machine.ghz * 1e9,
                .fork_join_seconds = fork_join_seconds(machine.topology, threads),
                .chunk_seconds = machine.topology.chunk_us * 1e-6,
                .vector = {.bits = machine.vector.bits,
                           .line_bytes = machine.caches.empty() ? 64 : machine.caches.front().line_bytes,
                           .masks = machine.vector.masks,
                           .part = part_of_vector(machine, "shuffle"),
                           .access_bytes = part_of_vector(machine, "load") * machine.vector.bits / 8,
                           .exponential_fmas = coefficients.exponential_fmas},
                .vector_registers = static_cast<double>(machine.vector.registers),
                .issue_width = static_cast<double>(std::max(1, machine.core.issue_width)),
                .rob_entries = static_cast<double>(machine.core.rob_entries),
                .mispredict_cycles = machine.core.mispredict_cycles,
                .first_load_cycles = machine.caches.empty() ? 0 : machine.caches.front().latency_cycles,
                .ports = PortTable(machine, coefficients.memory_port_efficiency),
                .units = {},
                .coefficients = coefficients};
    apply_facts(machine, model.coefficients);
    model.prefetched = prefetch_effect(machine.prefetch, model.coefficients);
    model.units.line_bytes = model.vector.line_bytes;
    if (!machine.tlbs.empty()) model.units.page_bytes = machine.tlbs.front().page_bytes;
    add_caches(machine, model);
    add_tlbs(machine, model);
    return model;
}

}  // namespace saku::costmodel

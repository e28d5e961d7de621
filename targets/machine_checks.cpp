#include "targets/machine_checks.h"

#include <algorithm>
#include <bit>
#include <sstream>

namespace saku::targets {

namespace {

/// Numbers in messages: as JSON writes them.
std::string shown(double value) { return to_line(Json(value)); }

bool is_power_of_two(std::int64_t value) { return value > 0 && std::has_single_bit(static_cast<std::uint64_t>(value)); }

std::string architecture_of(const std::string& triple) { return triple.substr(0, triple.find('-')); }

void check_codegen(const Machine& machine, const JsonCursor& codegen) {
    const std::vector<std::string> known{"x86_64", "aarch64", "arm64", "riscv64"};
    const std::string architecture = architecture_of(machine.codegen.triple);
    if (std::find(known.begin(), known.end(), architecture) == known.end())
        codegen.member("triple").expected("a triple that begins with x86_64, aarch64, arm64 or riscv64");
    std::istringstream features(machine.codegen.features);
    for (std::string feature; std::getline(features, feature, ',');) {
        const bool signed_name = feature.size() > 1 && (feature[0] == '+' || feature[0] == '-');
        if (!signed_name || feature.find_first_of(" +", 1) != std::string::npos)
            codegen.member("features").complain("\"" + feature + "\", expected +name or -name between commas");
    }
    if (machine.codegen.prefer_vector_bits > machine.vector.bits)
        codegen.member("prefer_vector_bits").expected("at most vector/bits, " + std::to_string(machine.vector.bits));
}

void check_vector(const Machine& machine, const JsonCursor& vector) {
    const VectorUnit& unit = machine.vector;
    if (!is_power_of_two(unit.bits)) vector.member("bits").expected("a power of two");
    const bool x86 = architecture_of(machine.codegen.triple) == "x86_64";
    const bool scalable = machine.codegen.features.find("+sve") != std::string::npos ||
                          architecture_of(machine.codegen.triple) == "riscv64";
    if (unit.masks && (x86 ? unit.bits < 512 : !scalable))
        vector.member("masks").expected(x86 ? "false: masks need vectors of 512 bits"
                                            : "false: masks need +sve in codegen/features");
    if (unit.memory_broadcast && (!x86 || unit.bits < 512))
        vector.member("memory_broadcast").expected("false: broadcasts from memory need x86 vectors of 512 bits");
    const int most = x86 && unit.bits < 512 ? 16 : 32;
    if (unit.registers > most) vector.member("registers").expected("at most " + std::to_string(most) + " here");
}

/// The classes that features and emission rely on, at scalar width and at every vector width up to the widest.
void check_operations(const Machine& machine, const JsonCursor& ops) {
    const auto require = [&](const std::string& op, const std::string& type, int bits) {
        if (find_operation(machine, op, type, bits) == nullptr)
            ops.complain("missing operation " + op + " " + type + " of " + std::to_string(bits) + " bits");
    };
    for (const char* op : {"fma", "add", "mul", "div", "sqrt", "max", "load", "store"}) {
        require(op, "f32", 32);
        for (int bits = 128; bits <= machine.vector.bits; bits *= 2) require(op, "f32", bits);
    }
    for (const char* op : {"logic", "compare", "select", "shuffle", "permute", "broadcast", "load_broadcast"}) {
        for (int bits = 128; bits <= machine.vector.bits; bits *= 2) require(op, "f32", bits);
    }
    for (const char* op : {"load_masked", "store_masked"}) {
        if (machine.vector.masks) require(op, "f32", machine.vector.bits);
    }
    for (const char* op : {"scalar_int", "scalar_mul", "branch", "prefetch"}) require(op, "i64", 64);
    for (const Operation& operation : machine.operations) {
        if (operation.op != "tile" && operation.bits > std::max(machine.vector.bits, 64))
            ops.complain("operation " + operation.op + " " + operation.type + " of " + std::to_string(operation.bits) +
                         " bits is wider than vector/bits, " + std::to_string(machine.vector.bits));
    }
}

void check_peak(const Machine& machine, const JsonCursor& peak) {
    const Operation* fma = find_operation(machine, "fma", "f32", machine.vector.bits);
    if (fma == nullptr) return;  // already complained about
    const double cycles = port_bound_cycles(fma->uops);
    const double flops = cycles > 0 ? 2.0 * machine.vector.bits / 32 / cycles : 0;
    const double difference = machine.peak.f32_flops_per_cycle - flops;
    if (difference > 1e-9 * flops || difference < -1e-9 * flops)
        peak.member("f32_flops_per_cycle")
            .expected(shown(flops) + ": 2 x " + std::to_string(machine.vector.bits / 32) +
                      " lanes, one f32 fma every " + shown(cycles) + " cycles by its ports");
}

void check_core(const Core& core, const JsonCursor& section) {
    if (core.waiting_power && !is_power_of_two(*core.waiting_power))
        section.member("waiting_power").expected("2, 4, 8, 16 or 32");
}

/// `complain`: given the position of a row that does not come after the one before it.
template <class Table, class Complain>
void check_ascending(const Table& table, const Complain& complain) {
    for (std::size_t row = 1; row < table.size(); ++row) {
        if (table[row].first <= table[row - 1].first) complain(row);
    }
}

void check_bandwidth_table(const Cache& cache, const JsonCursor& entry) {
    check_ascending(cache.bandwidth_by_working_set, [&](std::size_t row) {
        entry.member("bandwidth_by_working_set").items()[row].complain("expected working sets in ascending order");
    });
    if (cache.effective_bytes_per_core && *cache.effective_bytes_per_core > cache.size_bytes)
        entry.member("effective_bytes_per_core").expected("at most size_bytes, " + std::to_string(cache.size_bytes));
    if (cache.collision_ways && cache.collision_ways->second <= cache.collision_ways->first)
        entry.member("collision_ways")
            .items()[1]
            .expected("more than the first, " + shown(cache.collision_ways->first));
}

void check_caches(const Machine& machine, const JsonCursor& caches) {
    const std::vector<JsonCursor> entries = caches.items();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Cache& cache = machine.caches[i];
        const JsonCursor& entry = entries[i];
        if (cache.level != static_cast<int>(i) + 1)
            entry.member("level").expected(std::to_string(i + 1) + ": levels in order");
        if (!is_power_of_two(cache.line_bytes)) entry.member("line_bytes").expected("a power of two");
        if (const std::int64_t way_lines = std::int64_t{cache.ways} * cache.line_bytes;
            cache.size_bytes % way_lines != 0)
            entry.member("size_bytes")
                .expected("a multiple of ways x line_bytes, " + std::to_string(way_lines) +
                          ", so that the number of sets is whole");
        check_bandwidth_table(cache, entry);
        if (i == 0) continue;
        const Cache& above = machine.caches[i - 1];
        if (cache.size_bytes <= above.size_bytes && !cache.victim)
            entry.member("size_bytes")
                .expected("more than level " + std::to_string(i) + " has, " + std::to_string(above.size_bytes));
        if (cache.line_bytes != above.line_bytes)
            entry.member("line_bytes")
                .expected("the same as level " + std::to_string(i) + ", " + std::to_string(above.line_bytes));
        if (cache.latency_cycles <= above.latency_cycles)
            entry.member("latency_cycles")
                .expected("more than level " + std::to_string(i) + " has, " + shown(above.latency_cycles));
        if (cache.shared_by_cores < above.shared_by_cores)
            entry.member("shared_by_cores")
                .expected("at least as many as level " + std::to_string(i) + ", " +
                          std::to_string(above.shared_by_cores));
    }
}

void check_memory(const Machine& machine, const JsonCursor& memory) {
    const Cache& last = machine.caches.back();
    if (machine.memory.latency_cycles <= last.latency_cycles)
        memory.member("latency_cycles").expected("more than the last cache has, " + shown(last.latency_cycles));
    if (machine.memory.socket_bytes_per_cycle < machine.memory.load_bytes_per_cycle)
        memory.member("socket_bytes_per_cycle")
            .expected("at least load_bytes_per_cycle of one core, " + shown(machine.memory.load_bytes_per_cycle));
}

void check_tlbs(const Machine& machine, const JsonCursor& tlbs) {
    const std::vector<JsonCursor> entries = tlbs.items();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Tlb& tlb = machine.tlbs[i];
        if (tlb.level != static_cast<int>(i) + 1)
            entries[i].member("level").expected(std::to_string(i + 1) + ": levels in order");
        if (!is_power_of_two(tlb.page_bytes)) entries[i].member("page_bytes").expected("a power of two");
        if (i > 0 && tlb.entries <= machine.tlbs[i - 1].entries)
            entries[i].member("entries").expected("more than level " + std::to_string(i) + " has, " +
                                                  std::to_string(machine.tlbs[i - 1].entries));
    }
}

void check_prefetch(const Prefetcher& prefetch, const JsonCursor& section) {
    check_ascending(prefetch.software_refill, [&](std::size_t row) {
        section.member("software_refill")
            .items()[row]
            .items()[0]
            .complain("expected numbers of lines in ascending order");
    });
}

void check_recognition(const Machine& machine, const JsonCursor& recognition) {
    const Recognition& facts = *machine.recognition;
    if (facts.architecture != architecture_of(machine.codegen.triple))
        recognition.member("architecture")
            .expected("the triple's, \"" + architecture_of(machine.codegen.triple) + "\"");
    if (facts.l3_bytes && facts.l3_bytes->second < facts.l3_bytes->first)
        recognition.member("l3_bytes").complain("expected the smaller bound first");
}

}  // namespace

void check_machine(const Machine& machine, const JsonCursor& document) {
    check_codegen(machine, document.member("codegen"));
    check_core(machine.core, document.member("core"));
    check_vector(machine, document.member("vector"));
    check_operations(machine, document.member("ops"));
    check_peak(machine, document.member("peak"));
    check_caches(machine, document.member("caches"));
    check_memory(machine, document.member("memory"));
    check_tlbs(machine, document.member("tlb"));
    check_prefetch(machine.prefetch, document.member("prefetch"));
    if (machine.recognition) check_recognition(machine, document.member("recognition"));
}

}  // namespace saku::targets

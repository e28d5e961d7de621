#include "targets/machine_reader.h"

#include <algorithm>

#include "ir/expr.h"

namespace saku::targets {

namespace {

constexpr std::int64_t one_tebibyte = std::int64_t{1} << 40;
constexpr double most_cycles = 1e6;
constexpr double most_bytes_per_cycle = 1e5;

std::string read_source(const JsonCursor& section) {
    return section.member("source").text("where the numbers come from");
}

std::vector<std::string> read_texts(const JsonCursor& list, const std::string& what) {
    std::vector<std::string> texts;
    for (const JsonCursor& item : list.items()) {
        const std::string text = item.text(what);
        if (std::find(texts.begin(), texts.end(), text) != texts.end()) item.complain("\"" + text + "\" appears twice");
        texts.push_back(text);
    }
    return texts;
}

Codegen read_codegen(const JsonCursor& section) {
    return {.triple = section.member("triple").text("an LLVM target triple"),
            .cpu = section.member("cpu").text("an LLVM processor name"),
            .features = section.member("features").text("LLVM features such as \"+avx2,+fma\"", true),
            .prefer_vector_bits = section.member("prefer_vector_bits").integer<int>(32, 1 << 16),
            .source = read_source(section)};
}

Core read_core(const JsonCursor& section) {
    Core core{.issue_width = section.member("issue_width").integer<int>(1, 64),
              .rob_entries = section.member("rob_entries").integer<int>(1, 1 << 16),
              .load_buffer_entries = section.member("load_buffer_entries").integer<int>(1, 1 << 16),
              .line_fill_buffers = section.member("line_fill_buffers").integer<int>(1, 1 << 12),
              .uop_cache_ops = section.member("uop_cache_ops").integer<int>(0, 1 << 20),
              .l1i_bytes = section.member("l1i_bytes").integer<int>(1 << 10, 1 << 24),
              .mispredict_cycles = section.member("mispredict_cycles").number(0, most_cycles),
              .store_forward_cycles = section.member("store_forward_cycles").number(0, most_cycles),
              .waiting_power = {},
              .source = read_source(section)};
    if (const auto power = section.find("waiting_power")) core.waiting_power = power->integer<int>(2, 32);
    return core;
}

VectorUnit read_vector(const JsonCursor& section) {
    return {.bits = section.member("bits").integer<int>(32, 1 << 16),
            .registers = section.member("registers").integer<int>(1, 1 << 10),
            .masks = section.member("masks").boolean(),
            .memory_broadcast = section.member("memory_broadcast").boolean(),
            .source = read_source(section)};
}

/// [count, ["P0", "P5"]].
MicroOps read_uops(const JsonCursor& entry, const std::vector<std::string>& ports) {
    MicroOps uops;
    const std::vector<JsonCursor> pair = entry.items(2, 2);
    if (pair.empty()) return uops;
    uops.count = pair[0].integer<int>(1, 1 << 16);
    for (const JsonCursor& item : pair[1].items(1, 32)) {
        const std::string name = item.text("a port's name");
        const auto found = std::find(ports.begin(), ports.end(), name);
        if (found == ports.end()) {
            if (!name.empty()) item.complain("unknown port \"" + name + "\", expected one of #/ports/names");
            continue;
        }
        const std::uint32_t bit = std::uint32_t{1} << (found - ports.begin());
        if ((uops.ports & bit) != 0) item.complain("port \"" + name + "\" appears twice");
        uops.ports |= bit;
    }
    return uops;
}

/// One value or a list of them: "bits": 512 or "bits": [128, 256, 512].
std::vector<JsonCursor> one_or_more(const JsonCursor& value) {
    if (value.exists() && value.raw()->is_array()) return value.items(1, 64);
    return {value};
}

std::string read_type(const JsonCursor& value) {
    std::vector<std::string> types{"any"};
    for (const ir::DType type : {ir::DType::f32, ir::DType::f64, ir::DType::bf16, ir::DType::i8, ir::DType::u8,
                                 ir::DType::i32, ir::DType::i64})
        types.push_back(ir::to_string(type));
    return types[value.choice(types)];
}

/// An entry stands for one operation for each of its types and widths.
void read_operation(const JsonCursor& entry, const std::vector<std::string>& ports,
                    std::vector<Operation>& operations) {
    Operation operation;
    operation.op = operation_classes()[entry.member("op").choice(operation_classes())];
    operation.latency_cycles = entry.member("latency_cycles").number(0, most_cycles);
    operation.source = read_source(entry);
    if (const auto slots = entry.find("issue_slots")) operation.issue_slots = slots->integer<int>(1, 1 << 12);
    for (const JsonCursor& item : entry.member("uops").items(1, 8)) operation.uops.push_back(read_uops(item, ports));
    const JsonCursor type = entry.member("type"), bits = entry.member("bits");
    for (const JsonCursor& one_type : one_or_more(type)) {
        operation.type = read_type(one_type);
        for (const JsonCursor& one_width : one_or_more(bits)) {
            operation.bits = one_width.integer<int>(8, 1 << 16);
            const auto same = [&](const Operation& other) {
                return other.op == operation.op && other.type == operation.type && other.bits == operation.bits;
            };
            if (std::any_of(operations.begin(), operations.end(), same))
                entry.complain("operation " + operation.op + " " + operation.type + " of " +
                               std::to_string(operation.bits) + " bits is listed twice");
            operations.push_back(operation);
        }
    }
}

/// Rows of two values each, at most so many.
template <class Read>
void for_each_pair(const JsonCursor& table, std::size_t most, const Read& read) {
    for (const JsonCursor& row : table.items(1, most)) {
        if (const std::vector<JsonCursor> pair = row.items(2, 2); !pair.empty()) read(pair[0], pair[1]);
    }
}

Cache read_cache(const JsonCursor& entry) {
    Cache cache{.level = entry.member("level").integer<int>(1, 8),
                .size_bytes = entry.member("size_bytes").integer<std::int64_t>(1, one_tebibyte),
                .line_bytes = entry.member("line_bytes").integer<int>(8, 1 << 12),
                .ways = entry.member("ways").integer<int>(1, 1 << 10),
                .latency_cycles = entry.member("latency_cycles").number(1, most_cycles),
                .load_bytes_per_cycle = entry.member("load_bytes_per_cycle").positive(),
                .store_bytes_per_cycle = entry.member("store_bytes_per_cycle").positive(),
                .shared_by_cores = entry.member("shared_by_cores").integer<int>(1, 1 << 16),
                .overlaps_compute = entry.member("overlaps_compute").boolean(),
                .victim = entry.member("victim").boolean(),
                .bandwidth_by_working_set = {},
                .effective_bytes_per_core = {},
                .collision_ways = {},
                .crowded_write_cycles = {},
                .source = read_source(entry)};
    if (const auto table = entry.find("bandwidth_by_working_set")) {
        for_each_pair(*table, 64, [&](const JsonCursor& bytes, const JsonCursor& rate) {
            cache.bandwidth_by_working_set.emplace_back(bytes.integer<std::int64_t>(1, one_tebibyte),
                                                        rate.number(1e-3, most_bytes_per_cycle));
        });
    }
    if (const auto bytes = entry.find("effective_bytes_per_core"))
        cache.effective_bytes_per_core = bytes->integer<std::int64_t>(1, one_tebibyte);
    if (const auto range = entry.find("collision_ways")) {
        if (const std::vector<JsonCursor> pair = range->items(2, 2); !pair.empty())
            cache.collision_ways = {pair[0].number(0, 100), pair[1].number(0, 100)};
    }
    if (const auto cycles = entry.find("crowded_write_cycles")) cache.crowded_write_cycles = cycles->number(0, 1000);
    return cache;
}

Memory read_memory(const JsonCursor& section) {
    return {.latency_cycles = section.member("latency_cycles").number(1, most_cycles),
            .load_bytes_per_cycle = section.member("load_bytes_per_cycle").positive(),
            .socket_bytes_per_cycle = section.member("socket_bytes_per_cycle").positive(),
            .source = read_source(section)};
}

Tlb read_tlb(const JsonCursor& entry) {
    return {.level = entry.member("level").integer<int>(1, 4),
            .entries = entry.member("entries").integer<int>(1, 1 << 20),
            .page_bytes = entry.member("page_bytes").integer<int>(1 << 10, 1 << 30),
            .miss_cycles = entry.member("miss_cycles").number(0, most_cycles),
            .source = read_source(entry)};
}

Prefetcher read_prefetch(const JsonCursor& section) {
    Prefetcher prefetch{.next_line = section.member("next_line").boolean(),
                        .stream = section.member("stream").boolean(),
                        .streams = section.member("streams").integer<int>(0, 1 << 10),
                        .software_refill = {},
                        .straight_doubling = {},
                        .rows_refill = {},
                        .source = read_source(section)};
    if (const auto table = section.find("software_refill")) {
        for_each_pair(*table, 16, [&](const JsonCursor& lines, const JsonCursor& factor) {
            prefetch.software_refill.emplace_back(lines.number(0, 1e6), factor.number(0.1, 10));
        });
    }
    if (const auto part = section.find("straight_doubling")) prefetch.straight_doubling = part->number(0, 10);
    if (const auto part = section.find("rows_refill")) prefetch.rows_refill = part->number(0, 10);
    return prefetch;
}

Topology read_topology(const JsonCursor& section) {
    return {.cores = section.member("cores").integer<int>(1, 1 << 14),
            .threads_per_core = section.member("threads_per_core").integer<int>(1, 16),
            .fork_join_us = section.member("fork_join_us").number(0, most_cycles),
            .chunk_us = section.member("chunk_us").number(0, most_cycles),
            .source = read_source(section)};
}

Recognition read_recognition(const JsonCursor& section) {
    Recognition recognition{.architecture = section.member("architecture").text("an architecture such as \"x86_64\""),
                            .vendor = section.member("vendor").text("a vendor as /proc/cpuinfo has it"),
                            .flags = read_texts(section.member("flags"), "a flag of /proc/cpuinfo"),
                            .without = {},
                            .models = {},
                            .l3_bytes = {},
                            .source = read_source(section)};
    if (const auto without = section.find("without")) recognition.without = read_texts(*without, "a flag");
    if (const auto models = section.find("models")) {
        for (const JsonCursor& row : models->items(1, 256)) {
            const std::vector<JsonCursor> range = row.items(3, 3);
            if (range.empty()) continue;
            recognition.models.push_back({.family = range[0].integer<int>(0, 1 << 16),
                                          .low = range[1].integer<int>(0, 1 << 16),
                                          .high = range[2].integer<int>(0, 1 << 16)});
        }
    }
    if (const auto range = section.find("l3_bytes")) {
        const std::vector<JsonCursor> pair = range->items(2, 2);
        if (!pair.empty())
            recognition.l3_bytes = {pair[0].integer<std::int64_t>(0, one_tebibyte),
                                    pair[1].integer<std::int64_t>(0, one_tebibyte)};
    }
    return recognition;
}

}  // namespace

Machine read_machine(const JsonCursor& document) {
    document.header("machine", 1);
    Machine machine;
    machine.name = document.member("name").text("the machine's name");
    machine.description = document.member("description").text("one sentence about the machine");
    machine.codegen = read_codegen(document.member("codegen"));
    machine.ghz = document.member("clock").member("ghz").number(0.01, 100);
    machine.clock_source = read_source(document.member("clock"));
    machine.core = read_core(document.member("core"));
    machine.vector = read_vector(document.member("vector"));
    machine.ports_source = read_source(document.member("ports"));
    machine.memory = read_memory(document.member("memory"));
    machine.prefetch = read_prefetch(document.member("prefetch"));
    machine.topology = read_topology(document.member("topology"));
    if (const auto aliases = document.find("aliases")) machine.aliases = read_texts(*aliases, "a name");
    const JsonCursor ports = document.member("ports").member("names");
    if (ports.items(1, 32).empty()) return machine;  // nothing that names ports could be read
    machine.ports = read_texts(ports, "a port's name");
    for (const JsonCursor& entry : document.member("ops").items(1, 4096))
        read_operation(entry, machine.ports, machine.operations);
    for (const JsonCursor& entry : document.member("caches").items(1, 8)) machine.caches.push_back(read_cache(entry));
    for (const JsonCursor& entry : document.member("tlb").items(1, 4)) machine.tlbs.push_back(read_tlb(entry));
    const JsonCursor peak = document.member("peak");
    machine.peak = {.f32_flops_per_cycle = peak.member("f32_flops_per_cycle").positive(), .source = read_source(peak)};
    if (const auto section = document.find("recognition")) machine.recognition = read_recognition(*section);
    return machine;
}

}  // namespace saku::targets

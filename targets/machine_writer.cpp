#include "targets/machine_reader.h"

namespace saku::targets {

namespace {

Json write_operation(const Operation& operation, const std::vector<std::string>& ports) {
    Json uops = Json::array();
    for (const MicroOps& uop : operation.uops) {
        Json names = Json::array();
        for (std::size_t port = 0; port < ports.size(); ++port) {
            if ((uop.ports >> port & 1) != 0) names.push_back(ports[port]);
        }
        uops.push_back(Json::array({uop.count, names}));
    }
    Json json{{"op", operation.op},
              {"type", operation.type},
              {"bits", operation.bits},
              {"uops", uops},
              {"latency_cycles", operation.latency_cycles}};
    if (operation.issue_slots != 1) json["issue_slots"] = operation.issue_slots;
    json["source"] = operation.source;
    return json;
}

Json write_core(const Core& core) {
    Json json{{"issue_width", core.issue_width},
              {"rob_entries", core.rob_entries},
              {"load_buffer_entries", core.load_buffer_entries},
              {"line_fill_buffers", core.line_fill_buffers},
              {"uop_cache_ops", core.uop_cache_ops},
              {"l1i_bytes", core.l1i_bytes},
              {"mispredict_cycles", core.mispredict_cycles},
              {"store_forward_cycles", core.store_forward_cycles}};
    if (core.waiting_power) json["waiting_power"] = *core.waiting_power;
    json["source"] = core.source;
    return json;
}

Json write_cache(const Cache& cache) {
    Json json{{"level", cache.level},
              {"size_bytes", cache.size_bytes},
              {"line_bytes", cache.line_bytes},
              {"ways", cache.ways},
              {"latency_cycles", cache.latency_cycles},
              {"load_bytes_per_cycle", cache.load_bytes_per_cycle},
              {"store_bytes_per_cycle", cache.store_bytes_per_cycle},
              {"shared_by_cores", cache.shared_by_cores},
              {"overlaps_compute", cache.overlaps_compute},
              {"victim", cache.victim}};
    if (!cache.bandwidth_by_working_set.empty()) json["bandwidth_by_working_set"] = cache.bandwidth_by_working_set;
    if (cache.effective_bytes_per_core) json["effective_bytes_per_core"] = *cache.effective_bytes_per_core;
    if (cache.collision_ways) json["collision_ways"] = {cache.collision_ways->first, cache.collision_ways->second};
    if (cache.crowded_write_cycles) json["crowded_write_cycles"] = *cache.crowded_write_cycles;
    json["source"] = cache.source;
    return json;
}

Json write_prefetch(const Prefetcher& prefetch) {
    Json json{{"next_line", prefetch.next_line}, {"stream", prefetch.stream}, {"streams", prefetch.streams}};
    if (!prefetch.software_refill.empty()) json["software_refill"] = prefetch.software_refill;
    if (prefetch.straight_doubling) json["straight_doubling"] = *prefetch.straight_doubling;
    if (prefetch.rows_refill) json["rows_refill"] = *prefetch.rows_refill;
    json["source"] = prefetch.source;
    return json;
}

Json write_recognition(const Recognition& recognition) {
    Json json{{"architecture", recognition.architecture}, {"vendor", recognition.vendor}, {"flags", recognition.flags}};
    if (!recognition.without.empty()) json["without"] = recognition.without;
    for (const ModelRange& range : recognition.models)
        json["models"].push_back(Json::array({range.family, range.low, range.high}));
    if (recognition.l3_bytes) json["l3_bytes"] = *recognition.l3_bytes;
    json["source"] = recognition.source;
    return json;
}

Json write_code_and_core(const Machine& machine) {
    const Codegen& codegen = machine.codegen;
    const Core& core = machine.core;
    const VectorUnit& vector = machine.vector;
    return {{"codegen",
             {{"triple", codegen.triple},
              {"cpu", codegen.cpu},
              {"features", codegen.features},
              {"prefer_vector_bits", codegen.prefer_vector_bits},
              {"source", codegen.source}}},
            {"clock", {{"ghz", machine.ghz}, {"source", machine.clock_source}}},
            {"core", write_core(core)},
            {"vector",
             {{"bits", vector.bits},
              {"registers", vector.registers},
              {"masks", vector.masks},
              {"memory_broadcast", vector.memory_broadcast},
              {"source", vector.source}}},
            {"ports", {{"names", machine.ports}, {"source", machine.ports_source}}}};
}

Json write_surroundings(const Machine& machine) {
    const Memory& memory = machine.memory;
    const Topology& topology = machine.topology;
    Json tlbs = Json::array();
    for (const Tlb& tlb : machine.tlbs)
        tlbs.push_back({{"level", tlb.level},
                        {"entries", tlb.entries},
                        {"page_bytes", tlb.page_bytes},
                        {"miss_cycles", tlb.miss_cycles},
                        {"source", tlb.source}});
    return {{"memory",
             {{"latency_cycles", memory.latency_cycles},
              {"load_bytes_per_cycle", memory.load_bytes_per_cycle},
              {"socket_bytes_per_cycle", memory.socket_bytes_per_cycle},
              {"source", memory.source}}},
            {"tlb", tlbs},
            {"prefetch", write_prefetch(machine.prefetch)},
            {"topology",
             {{"cores", topology.cores},
              {"threads_per_core", topology.threads_per_core},
              {"fork_join_us", topology.fork_join_us},
              {"chunk_us", topology.chunk_us},
              {"source", topology.source}}},
            {"peak", {{"f32_flops_per_cycle", machine.peak.f32_flops_per_cycle}, {"source", machine.peak.source}}}};
}

}  // namespace

Json machine_to_json(const Machine& machine) {
    Json json{{"kind", "machine"}, {"schema", 1}, {"name", machine.name}};
    if (!machine.aliases.empty()) json["aliases"] = machine.aliases;
    json["description"] = machine.description;
    if (machine.recognition) json["recognition"] = write_recognition(*machine.recognition);
    json.update(write_code_and_core(machine));
    json["ops"] = Json::array();
    for (const Operation& operation : machine.operations)
        json["ops"].push_back(write_operation(operation, machine.ports));
    json["caches"] = Json::array();
    for (const Cache& cache : machine.caches) json["caches"].push_back(write_cache(cache));
    json.update(write_surroundings(machine));
    return json;
}

}  // namespace saku::targets

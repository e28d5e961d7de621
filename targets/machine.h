// A machine: facts about one CPU core and what it shares with others, read from targets/machines/*.json.
//
// Units are in the names; every section says where its numbers come from. The machine knows nothing of operators,
// schedules or models: coefficients that a model fits live in costmodel/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace saku::targets {

/// What LLVM needs to know.
struct Codegen {
    std::string triple;
    std::string cpu;       ///< LLVM's processor name, for its scheduling model
    std::string features;  ///< "+avx512f,+fma": added to what the processor name implies
    int prefer_vector_bits = 0;
};

struct Core {
    int issue_width = 0;              ///< fused-domain instructions a cycle
    int rob_entries = 0;
    int load_buffer_entries = 0;
    int line_fill_buffers = 0;        ///< L1 misses in flight
    int uop_cache_ops = 0;            ///< 0: none
    int l1i_bytes = 0;
    double mispredict_cycles = 0;
    double store_forward_cycles = 0;
};

struct VectorUnit {
    int bits = 0;          ///< widest vector that codegen uses
    int registers = 0;
    bool masks = false;    ///< per-lane predicates on loads, stores and arithmetic
    bool memory_broadcast = false;  ///< arithmetic may take a broadcast scalar from memory
};

/// `count` micro-operations, each of which may go to any one of `ports`.
struct MicroOps {
    int count = 0;
    std::uint32_t ports = 0;  ///< bit i = Machine::ports[i]
};

/// The classes: fma add mul div sqrt max logic shuffle broadcast load store load_broadcast gather scalar_int convert
/// prefetch branch mask ... (about 25); `type` as "f32"; `bits` the vector width (or 32/64 for scalars).
struct Operation {
    std::string op;
    std::string type;
    int bits = 0;
    std::vector<MicroOps> uops;
    double latency_cycles = 0;
};

struct Cache {
    int level = 0;
    std::int64_t size_bytes = 0;
    int line_bytes = 0;
    int ways = 0;
    double latency_cycles = 0;
    double load_bytes_per_cycle = 0;   ///< from this level towards the core
    double store_bytes_per_cycle = 0;
    int shared_by_cores = 1;
    bool overlaps_compute = false;     ///< ECM: transfers to the level above run beside computation
    bool victim = false;
    std::vector<std::pair<std::int64_t, double>> bandwidth_by_working_set;  ///< bytes -> bytes per cycle
    std::optional<std::int64_t> effective_bytes_per_core;
};

struct Memory {
    double latency_cycles = 0;
    double load_bytes_per_cycle = 0;   ///< one core
    double socket_bytes_per_cycle = 0;
};

struct Tlb {
    int level = 0;
    int entries = 0;
    int page_bytes = 4096;
    double miss_cycles = 0;            ///< cost of a miss that the next level serves
};

struct Prefetcher {
    bool next_line = false;
    bool stream = false;
    int streams = 0;
};

struct Topology {
    int cores = 1;
    int threads_per_core = 1;
    double fork_join_us = 0;
    double chunk_us = 0;
};

struct Peak {
    double f32_flops_per_cycle = 0;    ///< one core; load-time check: agrees with the fma operation and its ports
};

struct Machine {
    std::string name;
    std::vector<std::string> aliases;
    std::string description;
    Codegen codegen;
    double ghz = 0;                    ///< sustained, one core, vector code
    Core core;
    VectorUnit vector;
    std::vector<std::string> ports;
    std::vector<Operation> operations;
    std::vector<Cache> caches;         ///< L1d first
    Memory memory;
    std::vector<Tlb> tlbs;             ///< L1 first
    Prefetcher prefetch;
    Topology topology;
    Peak peak;
};

/// The operation of this class at this width; null when the machine does not list it.
[[nodiscard]] const Operation* find_operation(const Machine& machine, const std::string& op, const std::string& type,
                                              int bits);

/// Cycles a cycle-accurate scheduler needs at least for these micro-operations: the maximum over unions P of used port
/// sets of (uops whose ports are within P) / |P|. Exact for fully pipelined ports (closed form after uiCA's facile).
[[nodiscard]] double port_bound_cycles(const std::vector<MicroOps>& uops);

}  // namespace saku::targets

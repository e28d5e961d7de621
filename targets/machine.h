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
    std::string source;
    friend bool operator==(const Codegen&, const Codegen&) = default;
};

struct Core {
    int issue_width = 0;  ///< fused-domain instructions a cycle
    int rob_entries = 0;
    int load_buffer_entries = 0;
    int line_fill_buffers = 0;  ///< L1 misses in flight
    int uop_cache_ops = 0;      ///< 0: none
    int l1i_bytes = 0;
    double mispredict_cycles = 0;
    double store_forward_cycles = 0;  ///< a vector stored, then loaded again
    /// Sums that wait for themselves and work that does not take (a^p + b^p)^(1/p); absent: the model's coefficient.
    std::optional<int> waiting_power;
    std::string source;
    friend bool operator==(const Core&, const Core&) = default;
};

struct VectorUnit {
    int bits = 0;  ///< widest vector that codegen uses
    int registers = 0;
    bool masks = false;             ///< per-lane predicates on loads, stores and arithmetic
    bool memory_broadcast = false;  ///< arithmetic may take a broadcast scalar from memory
    std::string source;
    friend bool operator==(const VectorUnit&, const VectorUnit&) = default;
};

/// `count` micro-operations, each of which may go to any one of `ports`. A unit that is not pipelined (a divider)
/// counts one for each cycle that it is busy.
struct MicroOps {
    int count = 0;
    std::uint32_t ports = 0;  ///< bit i = Machine::ports[i]
    friend bool operator==(const MicroOps&, const MicroOps&) = default;
};

/// One instruction of a class (operation_classes), for one element type and width. `bits` is the vector's width, or the
/// element's for scalar floating point; scalar_int, scalar_mul, branch, prefetch and mask have type i64 and 64 bits;
/// tile multiplications have the bits of one tile.
struct Operation {
    std::string op;
    std::string type;  ///< "f32", ...; "any": the type does not matter
    int bits = 0;
    std::vector<MicroOps> uops;
    double latency_cycles = 0;
    int issue_slots = 1;  ///< of Core::issue_width that it takes (fused-domain micro-operations)
    std::string source;
    friend bool operator==(const Operation&, const Operation&) = default;
};

struct Cache {
    int level = 0;
    std::int64_t size_bytes = 0;
    int line_bytes = 0;
    int ways = 0;
    double latency_cycles = 0;        ///< load to use of a pointer chase; vector loads: the operation `load`
    double load_bytes_per_cycle = 0;  ///< from this level towards the core, one core
    double store_bytes_per_cycle = 0;
    int shared_by_cores = 1;
    bool overlaps_compute = false;  ///< ECM: transfers to the level above run beside computation
    bool victim = false;            ///< filled by what the level above evicts
    /// Measured: bytes read over and over -> bytes per cycle, ascending. Refines load_bytes_per_cycle where given.
    std::vector<std::pair<std::int64_t, double>> bandwidth_by_working_set;
    /// What one core can count on when size_bytes says more than it gets (shared, sliced, virtualised).
    std::optional<std::int64_t> effective_bytes_per_core;
    /// Lines that collide in one set, in units of `ways`: up to the first all stay, from the second on none does.
    std::optional<std::pair<double, double>> collision_ways;
    /// L1: cycles for each line written where all fall into one set; absent: the model's coefficient.
    std::optional<double> crowded_write_cycles;
    std::string source;
    friend bool operator==(const Cache&, const Cache&) = default;
};

struct Memory {
    double latency_cycles = 0;
    double load_bytes_per_cycle = 0;  ///< one core
    double socket_bytes_per_cycle = 0;
    std::string source;
    friend bool operator==(const Memory&, const Memory&) = default;
};

struct Tlb {
    int level = 0;
    int entries = 0;
    int page_bytes = 4096;
    double miss_cycles = 0;  ///< cost of a miss that the next level serves
    std::string source;
    friend bool operator==(const Tlb&, const Tlb&) = default;
};

struct Prefetcher {
    bool next_line = false;
    bool stream = false;
    int streams = 0;  ///< followed at once
    // Measured on the machine; absent: the model's coefficients, which hold for the machine they were measured on.
    /// Prefetch instructions so many lines ahead of what is used -> time of L2 misses, by what it is without,
    /// ascending.
    std::vector<std::pair<double, double>> software_refill;
    std::optional<double> straight_doubling;  ///< what a doubling of straight code adds to refills, as a part
    std::optional<double> rows_refill;        ///< what short rows side by side add to L1's refills, as a part
    std::string source;
    friend bool operator==(const Prefetcher&, const Prefetcher&) = default;
};

/// Rounds in which threads wake each other: 1 for two, 3 for eight.
[[nodiscard]] constexpr int doublings(int threads) {
    int rounds = 0;
    for (std::int64_t awake = 1; awake < threads; awake *= 2) ++rounds;
    return rounds;
}

struct Topology {
    int cores = 1;
    int threads_per_core = 1;
    double fork_join_us = 0;  ///< of one saku_parallel_for on threads that are awake, for each doubling of threads
    double chunk_us = 0;      ///< each step more in which a thread takes chunks (features/parallelism.h)
    std::string source;
    friend bool operator==(const Topology&, const Topology&) = default;
};

struct Peak {
    double f32_flops_per_cycle = 0;  ///< one core; load-time check: agrees with the fma operation and its ports
    std::string source;
    friend bool operator==(const Peak&, const Peak&) = default;
};

/// Models `low` to `high` of a processor family, as CPUID numbers them.
struct ModelRange {
    int family = 0;
    int low = 0;
    int high = 0;
    friend bool operator==(const ModelRange&, const ModelRange&) = default;
};

/// How a host is recognised as this machine; the cache geometry counts too (see host.h).
struct Recognition {
    std::string architecture;          ///< "x86_64", "aarch64"
    std::string vendor;                ///< as /proc/cpuinfo says; for Arm the implementer and part, "0x41/0xd0c"
    std::vector<std::string> flags;    ///< all of these
    std::vector<std::string> without;  ///< none of these
    std::vector<ModelRange> models;    ///< welcome, never required: guests report wrong ones
    std::optional<std::pair<std::int64_t, std::int64_t>> l3_bytes;  ///< required range, both included
    std::string source;
    friend bool operator==(const Recognition&, const Recognition&) = default;
};

struct Machine {
    std::string name;
    std::vector<std::string> aliases;
    std::string description;
    Codegen codegen;
    double ghz = 0;  ///< sustained, one core, vector code
    std::string clock_source;
    Core core;
    VectorUnit vector;
    std::vector<std::string> ports;  ///< at most 32
    std::string ports_source;
    std::vector<Operation> operations;
    std::vector<Cache> caches;  ///< L1d first
    Memory memory;
    std::vector<Tlb> tlbs;  ///< L1 first
    Prefetcher prefetch;
    Topology topology;
    Peak peak;
    std::optional<Recognition> recognition;  ///< absent: never matched with a host
    /// Fingerprint of the calibration that refined it (targets/calibration.h); in no machine file. Empty: none.
    std::string calibration = {};
    friend bool operator==(const Machine&, const Machine&) = default;
};

/// Every operation class there is: floating-point and vector arithmetic, moves between lanes, memory, scalar.
[[nodiscard]] const std::vector<std::string>& operation_classes();

/// The operation of this class at this width, listed for the type or else for "any"; null when the machine has none.
/// The classes that every machine file must list (docs/machines.md) are never null for f32 at 32 and at 128 to
/// vector.bits.
[[nodiscard]] const Operation* find_operation(const Machine& machine, const std::string& op, const std::string& type,
                                              int bits);

/// Cycles a cycle-accurate scheduler needs at least for these micro-operations: the maximum over unions P of used port
/// sets of (uops whose ports are within P) / |P|. Exact for fully pipelined ports (closed form after uiCA's facile).
[[nodiscard]] double port_bound_cycles(const std::vector<MicroOps>& uops);

}  // namespace saku::targets

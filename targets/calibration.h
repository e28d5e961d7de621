// What was measured of a computer, to refine the machine that it is taken for.
//
//     {"schema": 1, "kind": "calibration", "machine": "zen5", "cpu": "AMD EPYC 9R45", "when": "2026-11-21T12:00:00Z",
//      "versions": {"saku": "0.1.0", "llvm": "19.1.7"}, "threads": 2,
//      "clock": {"ghz": {"value": 3.91, "spread": 0.01, "samples": 15, "method": "a chain of ..."}},
//      "caches": [{"level": 1, "size_bytes": 49152, "latency_cycles": {...}, "load_bytes_per_cycle": {...},
//                  "store_bytes_per_cycle": {...}, "bandwidth_by_working_set": [[2097152, {...}], ...]}, ...],
//      "memory": {"latency_cycles": {...}, "load_bytes_per_cycle": {...}},
//      "topology": {"fork_join_us": {...}, "chunk_us": {...}},
//      "ports": {"multiply_adds_per_cycle": {...}, "loads_per_cycle": {...}, "stores_per_cycle": {...}}}
//
// A machine's file says what a kind of processor is; a calibration says how fast this one runs: clock, bandwidths,
// latencies, the cost of starting threads. It never changes what instructions there are or where they run: `ports` is
// evidence, held against the file (`port_warnings`) and not applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

/// One measured number.
struct Figure {
    double value = 0;
    double spread = 0;  ///< interquartile range / median
    int samples = 0;
    std::string method;  ///< what was timed
    friend bool operator==(const Figure&, const Figure&) = default;
};

struct CacheFigures {
    int level = 0;
    std::int64_t size_bytes = 0;  ///< of the machine's file: evidence that this is the machine
    /// None where it could not be told from that of the next level, as on a processor whose other users fill the cache.
    std::optional<Figure> latency_cycles = {};
    Figure load_bytes_per_cycle = {};
    Figure store_bytes_per_cycle = {};
    /// For working sets of the machine's file, ascending; those that are missing keep what the file says.
    std::vector<std::pair<std::int64_t, Figure>> bandwidth_by_working_set = {};
    friend bool operator==(const CacheFigures&, const CacheFigures&) = default;
};

struct MemoryFigures {
    Figure latency_cycles = {};
    Figure load_bytes_per_cycle = {};
    friend bool operator==(const MemoryFigures&, const MemoryFigures&) = default;
};

struct TopologyFigures {
    Figure fork_join_us = {};
    Figure chunk_us = {};
    friend bool operator==(const TopologyFigures&, const TopologyFigures&) = default;
};

/// Of the machine's widest vectors.
struct PortFigures {
    Figure multiply_adds_per_cycle = {};
    Figure loads_per_cycle = {};
    Figure stores_per_cycle = {};
    friend bool operator==(const PortFigures&, const PortFigures&) = default;
};

struct Calibration {
    std::string machine;  ///< the one it refines
    std::string cpu;      ///< what the system calls this one
    std::string when;     ///< UTC, ISO 8601
    std::string saku_version;
    std::string llvm_version;
    int threads = 1;  ///< that the topology was measured with
    Figure ghz = {};
    std::vector<CacheFigures> caches = {};         ///< L1d first
    std::optional<MemoryFigures> memory = {};      ///< none where there was no room to measure it
    std::optional<TopologyFigures> topology = {};  ///< none on one core, or where others had the cores
    PortFigures ports = {};
    friend bool operator==(const Calibration&, const Calibration&) = default;
};

/// What `calibration_from_json` reads back as the same calibration.
[[nodiscard]] std::string to_text(const Calibration& calibration);

/// Strict: unknown and missing keys, wrong types and values that no machine has are errors with a JSON pointer.
[[nodiscard]] Result<Calibration> calibration_from_json(const std::string& text, const std::string& file);

/// The machine with the measured clock, latencies, bandwidths and costs of threads; all else is as it was. Its
/// `calibration` becomes the fingerprint of what was applied. Errors: a calibration of another machine, other caches or
/// other working sets; figures with which the machine's facts contradict each other (as in machine_checks.h). `file` is
/// for messages.
[[nodiscard]] Result<Machine> calibrated(const Machine& machine, const Calibration& calibration,
                                         const std::string& file);

/// Sixteen hexadecimal digits of its text.
[[nodiscard]] std::string fingerprint(const Calibration& calibration);

/// How many operations of the class ("fma", "load", "store") on f32 the machine's ports start a cycle, at its widest
/// vectors; 0 where it has none.
[[nodiscard]] double stated_per_cycle(const Machine& machine, const std::string& op);

/// Where the measured throughputs contradict the machine's ports by more than a fifth: a sentence each.
[[nodiscard]] std::vector<std::string> port_warnings(const Machine& machine, const PortFigures& measured);

}  // namespace saku::targets

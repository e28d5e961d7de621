// The results of a run, as a table for people and as JSON for programs.
//
//                               us     GF/s     GB/s of bound
//   gemm 1024x1024x1024   (compute-bound: multiply-adds 256 GF/s, moves 31 GB/s)
//     OpenBLAS            8793.85    244.2      1.4     95%
//     plain C          1030482.11      2.1      0.0      1%
//
// The bound of a problem is what takes longer: its operations at the rate of a loop of multiply-adds, or its tensors,
// each moved once, at the rate of a loop that reads and writes as much; both measured beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/contender.h"
#include "bench/timing.h"

namespace saku::bench {

/// One contender on one problem: a timing, or why there is none.
struct Entry {
    std::string contender;
    Contender::Role role = Contender::Role::peer;
    std::optional<Timing> timing;
    std::string failure;  ///< "no such operator", "wrong result: ..."
    bool is_wrong = false;
    std::string note;
};

/// How much faster the loops of bench/peak.h are with all threads than with one.
struct LoopScaling {
    double fma = 1;
    double moving = 1;
    int threads = 1;
};

struct Row {
    Problem problem;
    std::vector<Entry> entries;                    ///< in the contenders' order
    double peak_gflops = 0;                        ///< of all threads, measured in the same rounds
    double move_gbps = 0;                          ///< reading and writing, likewise
    std::optional<LoopScaling> loop_scaling = {};  ///< where several threads were measured
    tuner::SharedSamples shared = {};              ///< samples on cores that another machine used, too
};

struct Report {
    std::string cpu;
    int threads = 1;
    std::vector<std::pair<std::string, std::string>> versions;  ///< contender -> version
    std::vector<Row> rows;
};

[[nodiscard]] bool is_memory_bound(const Row& row);
/// Of the time that the bound allows, as a part of `seconds`; may exceed 1 (oneDNN skips taps in the padding).
[[nodiscard]] double part_of_bound(const Row& row, double seconds);

/// The fastest entry of this role; null when none has a timing.
[[nodiscard]] const Entry* best(const Row& row, Contender::Role role);

/// Time of the best entry of `other` divided by saku's: above 1 saku is faster. Empty when either is missing.
[[nodiscard]] std::optional<double> ratio(const Row& row, Contender::Role other);

/// How much sooner all threads reach the problem's bound than one: the gain of one loop where that decides with one
/// thread and with all, between the two where it is another one; no more than there are threads. Empty where one thread
/// was measured.
[[nodiscard]] std::optional<double> attainable_scaling(const Row& row);

/// saku's gain from threads, as a part of what is attainable.
[[nodiscard]] std::optional<double> relative_scaling(const Row& row);

/// Geometric mean over the rows whose group begins with `prefix`.
struct Mean {
    double value = 0;
    int count = 0;
};
[[nodiscard]] Mean mean_ratio(const Report& report, const std::string& prefix, Contender::Role other);

[[nodiscard]] std::string table_head(const Report& report);
[[nodiscard]] std::string table_row(const Row& row);
/// Geometric means of the ratios, per group of problems; scaling, where several threads were measured.
[[nodiscard]] std::string table_foot(const Report& report);

[[nodiscard]] std::string to_json(const Report& report);

/// Groups in the order they first occur.
[[nodiscard]] std::vector<std::string> groups(const Report& report);

/// "AMD EPYC" as the system says it.
[[nodiscard]] std::string cpu_name();

}  // namespace saku::bench

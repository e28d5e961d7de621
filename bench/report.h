// The results of a run, as a table for people and as JSON for programs.
//
//                               us     GF/s of peak
//   gemm 1024x1024x1024   (peak 256 GF/s)
//     OpenBLAS            8793.85    244.2     95%
//     plain C          1030482.11      2.1      1%
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
    std::string failure;  ///< "no convolution", "wrong result: ..."
    bool is_wrong = false;
    std::string note;
};

struct Row {
    Problem problem;
    std::vector<Entry> entries;  ///< in the contenders' order
    double peak_gflops = 0;      ///< measured in the same rounds
};

struct Report {
    std::string cpu;
    std::vector<std::pair<std::string, std::string>> versions;  ///< contender -> version
    std::vector<Row> rows;
};

[[nodiscard]] double gflops(const Problem& problem, double seconds);

/// The fastest entry of this role; null when none has a timing.
[[nodiscard]] const Entry* best(const Row& row, Contender::Role role);

/// Time of the best entry of `other` divided by saku's: above 1 saku is faster. Empty when either is missing.
[[nodiscard]] std::optional<double> ratio(const Row& row, Contender::Role other);

[[nodiscard]] std::string table_head(const Report& report);
[[nodiscard]] std::string table_row(const Row& row);
/// Geometric means of the ratios, per group of problems.
[[nodiscard]] std::string table_foot(const Report& report);

[[nodiscard]] std::string to_json(const Report& report);

/// "AMD EPYC" as the system says it.
[[nodiscard]] std::string cpu_name();

}  // namespace saku::bench

// Small loops that show what a core can do, compiled for a machine's vectors and run here: what calibration times.
//
// Each is a loop that one resource limits: chains of arithmetic that keep all units busy, loads and stores that nothing
// waits for, loads of which each waits for the one before. They are built as LLVM code and not optimised further, so
// that nothing is removed, merged or reordered.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

struct Probes {
    std::shared_ptr<void> code;  ///< owns the functions below
    int vector_bytes = 0;        ///< of the vectors that are loaded, stored and multiplied

    /// One iteration: `steps_of_clock` integer operations, each of which takes a cycle and waits for the one before,
    /// beside half as many vector multiply-adds, for the clock that vector code runs at. `scratch`: a line.
    void (*clock)(std::int64_t iterations, void* scratch) = nullptr;
    int steps_of_clock = 0;

    /// One iteration: so many independent multiply-adds of the widest vectors. `scratch`: a line.
    void (*multiply_adds)(std::int64_t iterations, void* scratch) = nullptr;
    int chains = 0;

    /// All bytes, vector by vector, again and again; `bytes` is a multiple of `bytes_of_pass`, the data lies on pages.
    void (*loads)(void* data, std::int64_t bytes, std::int64_t passes) = nullptr;
    void (*stores)(void* data, std::int64_t bytes, std::int64_t passes) = nullptr;
    int bytes_of_pass = 0;

    /// Follows pointers: `steps` (a multiple of `steps_of_chase`) loads, each of the address that the one before found.
    void* (*chase)(void* start, std::int64_t steps) = nullptr;
    int steps_of_chase = 0;
};

/// NotApplicable: as `load` (targets/emit.h), and machines whose vectors are wider than a page's part.
[[nodiscard]] Fitted<Probes> load_probes(const Machine& machine);

}  // namespace saku::targets

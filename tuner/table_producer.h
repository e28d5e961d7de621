// The second producer of loop tables: from a sketch and its decisions, without a nest.
//
// The table is structurally equal to `features::table_of` of the scheduled nest (tests/tuner/table_producer_test.cpp
// compares them field by field over random operators and ids), which takes a thousandth of the time. What it follows
// from is written down beside each step in schedules/; here the steps of steps_of (sketch_steps.h) are taken as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "features/access_shape.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"
#include "ir/index.h"
#include "ir/loop_nest.h"
#include "tuner/least_work.h"
#include "tuner/plan.h"
#include "tuner/table_template.h"

namespace saku::tuner {

/// The parts of a fused axis as indices over slots, simplified the way nests are tidied.
struct FusedParts {
    std::vector<ir::Index> parts;
    std::vector<bool> is_affine = {};
};

/// An access with floors and remainders: its part of a table, with loops as positions in the chain.
struct DividedAccess {
    features::Access access = {};
    std::vector<features::Box> boxes = {};
    std::vector<features::Term> terms = {};
};

using Key = std::vector<std::int64_t>;
struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& key) const {
        std::uint64_t hash = key.size();
        for (const std::int64_t number : key) {
            hash = (hash ^ static_cast<std::uint64_t>(number)) * 0x9e3779b97f4a7c15ULL;
            hash ^= hash >> 32;
        }
        return static_cast<std::size_t>(hash);
    }
};

/// Working memory, reused from candidate to candidate of one space; one per thread. What it remembers never changes a
/// result.
struct TableScratch {
    features::LoopTable table;
    std::vector<features::InstructionMix> mixes;  ///< of the table's rows, filled by who needs them
    features::LoopTable middle;                   ///< loops and rows of the middle iterations of a parallel loop
    std::vector<PlannedLoop> loops;
    std::vector<features::EnclosingLoop> chain;
    std::unordered_map<Key, FusedParts, KeyHash> fused;  ///< by what they are made from; never iterated
    std::unordered_map<Key, DividedAccess, KeyHash> divided;
    Key key;
};

/// Writes the table to `scratch.table`. Empty where the schedule is not covered and has to be priced through its nest.
/// NotApplicable exactly where a step of the schedule does not apply, with the step's reason.
[[nodiscard]] std::optional<Fitted<Done>> produce_table(const TableTemplate& shape, const Sketch& sketch,
                                                        const ir::LoopNest& plain, const Decisions& decisions,
                                                        TableScratch& scratch);

/// What nobody has a use for: candidates that certainly take longer, or spill more vectors of registers.
struct Wanted {
    const costmodel::Model& model;
    double most_seconds = 0;
    double most_spilled = 0;
};

/// The same where it is wanted: false, without a table, if `least` tells that it is not. That is found before the rows
/// of the table are, and so before the reasons that they would give against it.
[[nodiscard]] std::optional<Fitted<bool>> produce_wanted_table(const TableTemplate& shape, const Sketch& sketch,
                                                               const ir::LoopNest& plain, const Decisions& decisions,
                                                               const Wanted& wanted, TableScratch& scratch,
                                                               LeastWork& least);

}  // namespace saku::tuner

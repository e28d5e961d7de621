// Memory that probes walk through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tuner/guarded_memory.h"

namespace saku::tuner {

/// Page-aligned memory, every page of it touched.
class WorkingSet {
public:
    /// Nothing where the system has no memory to give.
    [[nodiscard]] static std::optional<WorkingSet> of(std::int64_t bytes);
    [[nodiscard]] void* data() const { return memory_.data(); }
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

    /// Writes a ring of pointers into the first `bytes`, one a line: lines in random order within neighbourhoods of 256
    /// KiB, which follow each other; where it starts. How many: `bytes / line_bytes`.
    [[nodiscard]] void* thread_pointers(std::int64_t bytes, int line_bytes) const;

private:
    WorkingSet(GuardedMemory memory, std::int64_t bytes) : memory_(std::move(memory)), bytes_(bytes) {}
    GuardedMemory memory_;
    std::int64_t bytes_;
};

}  // namespace saku::tuner

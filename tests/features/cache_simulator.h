// An oracle for traffic: runs a nest access by access through an LRU cache. Slow, exact, and written without any of the
// code under test.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/checked.h"
#include "base/result.h"
#include "ir/loop_nest.h"
#include "tests/features/run_through.h"

namespace saku::tests {

/// Set-associative; one set of `ways` lines is fully associative.
class LruCache {
public:
    LruCache(std::int64_t sets, std::int64_t ways) : ways_(ways), sets_(static_cast<std::size_t>(sets)) {}

    struct Outcome {
        bool hit = false;
        std::optional<std::int64_t> evicted_dirty;  ///< a line that had to be written back
    };

    Outcome touch(std::int64_t line, bool write) {
        Set& set = sets_[static_cast<std::size_t>(line % static_cast<std::int64_t>(sets_.size()))];
        Outcome outcome;
        const auto place = set.where.find(line);
        bool dirty = write;
        if (place != set.where.end()) {
            outcome.hit = true;
            dirty = dirty || place->second->second;
            set.recent.erase(place->second);
        } else if (static_cast<std::int64_t>(set.recent.size()) == ways_) {
            const auto [old_line, old_dirty] = set.recent.back();
            if (old_dirty) outcome.evicted_dirty = old_line;
            set.where.erase(old_line);
            set.recent.pop_back();
        }
        set.recent.emplace_front(line, dirty);
        set.where[line] = set.recent.begin();
        return outcome;
    }

private:
    struct Set {
        std::list<std::pair<std::int64_t, bool>> recent;  // most recent first; line and whether it is dirty
        std::unordered_map<std::int64_t, std::list<std::pair<std::int64_t, bool>>::iterator> where;
    };
    std::int64_t ways_;
    std::vector<Set> sets_;
};

/// Per buffer of the nest.
struct Simulated {
    std::vector<double> fetched;
    std::vector<double> written;
    [[nodiscard]] double total() const {
        double sum = 0;
        for (const double lines : fetched) sum += lines;
        return sum;
    }
};

/// Runs a nest; buffers in registers are not memory. Buffers start at multiples of 4096 lines, so they share none.
class NestSimulator {
public:
    NestSimulator(const ir::LoopNest& nest, std::int64_t line_bytes, LruCache cache)
        : nest_(nest), line_bytes_(line_bytes), cache_(std::move(cache)), values_(nest.variables.size(), 0) {}

    /// Misses of one run; the cache keeps what it holds, so a second call is a warm run.
    Simulated run() {
        result_ = {.fetched = std::vector<double>(nest_.buffers.size(), 0),
                   .written = std::vector<double>(nest_.buffers.size(), 0)};
        run_through(nest_.body, values_, [&](const ir::Node&, const ir::Store& store) {
            ir::for_each_load(store.value, [&](const ir::Access& a) { touch(a, false); });
            touch(store.destination, true);
        });
        return result_;
    }

private:
    void touch(const ir::Access& access, bool write) {
        const auto id = static_cast<std::size_t>(access.buffer);
        const ir::Buffer& buffer = nest_.buffers[id];
        if (buffer.scope == ir::Scope::registers) return;
        for (std::size_t d = 0; d < access.indices.size() && access.pad; ++d) {
            const std::int64_t at = ir::evaluate(access.indices[d], values_);
            if (at < 0 || at >= buffer.shape[d]) return;
        }
        const std::int64_t element = ir::evaluate(ir::element_offset(buffer.layout, access.indices), values_);
        const std::int64_t line =
            element * ir::size_bytes(buffer.type) / line_bytes_ + (access.buffer + 1) * buffer_lines;
        const LruCache::Outcome outcome = cache_.touch(line, write);
        if (!outcome.hit) result_.fetched[id] += 1;
        if (outcome.evicted_dirty) {
            result_.written[static_cast<std::size_t>(*outcome.evicted_dirty / buffer_lines - 1)] += 1;
        }
    }

    static constexpr std::int64_t buffer_lines = 1 << 16;
    const ir::LoopNest& nest_;
    std::int64_t line_bytes_;
    LruCache cache_;
    std::vector<std::int64_t> values_;
    Simulated result_;
};

}  // namespace saku::tests

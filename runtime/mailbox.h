// How a caller hands one worker its share of a call's chunks, and who begins which chunk.
//
// What takes time between two threads that are awake is cache lines that pass between their cores. So a mailbox is one
// cache line with all that its worker has to know, nobody else touches it while all goes well, and entering a call is
// the same step as beginning the first chunk of the share:
//
//     settled ──ask (caller)──▶ asked ──enter (worker)──▶ inside ──leave (worker)──▶ settled
//                                 └────withdraw (anyone in the call)────────────────────▲
//
// Who withdraws works on the first chunk instead. The other chunks of the share are taken a few at a time, by the
// worker and by those who have finished theirs. What a mailbox says changes only while it is settled and nobody is in
// the call, so a worker that is late finds the next call, or nothing.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "runtime/chunks.h"

namespace saku::runtime {

class alignas(64) Mailbox {
public:
    /// By the caller, of a settled mailbox. `call` is another number each time.
    void ask(std::uint64_t call, const Chunks& chunks, int share) {
        chunks_ = chunks;
        next_.store(chunks.begin(share) + 1, std::memory_order_relaxed);
        word_.store(call * states + asked, std::memory_order_release);
    }

    /// By the caller, of its own: it is in the call.
    void begin(std::uint64_t call, const Chunks& chunks) {
        next_.store(chunks.begin(0) + 1, std::memory_order_relaxed);
        word_.store(call * states + inside, std::memory_order_release);
    }

    /// By the worker: true when there is something to do, all of it in `chunks` and `call`.
    bool enter(std::uint64_t& call, Chunks& chunks) {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        if (word % states != asked) return false;
        if (!word_.compare_exchange_strong(word, word + 1, std::memory_order_acquire, std::memory_order_relaxed))
            return false;
        call = word / states;
        chunks = chunks_;
        return true;
    }

    void leave(std::uint64_t call) { word_.store(call * states + settled, std::memory_order_release); }

    /// By whoever is in the call: true when the worker had not entered and will not.
    bool withdraw(std::uint64_t call) {
        std::uint64_t word = call * states + asked;
        return word_.load(std::memory_order_relaxed) == word &&
               word_.compare_exchange_strong(word, call * states + settled, std::memory_order_acquire,
                                             std::memory_order_relaxed);
    }

    /// Is it about this call yet? Then what take() needs is there.
    bool is_of(std::uint64_t call) const { return word_.load(std::memory_order_acquire) / states == call; }
    bool is_inside() const { return word_.load(std::memory_order_acquire) % states == inside; }

    /// Chunks from `begin` on, up to `end`; none where they are equal.
    struct Bite {
        std::int64_t begin;
        std::int64_t end;
    };
    /// By whoever is in the call: the next chunks of the share (but for its first), which ends at `end`. An eighth of
    /// what is left at a time (after the guided self-scheduling of Polychronopoulos and Kuck, IEEE Trans. Computers
    /// 36(12), 1987): an atomic step for every chunk takes as long as a small chunk, and where some are left over in
    /// the end the bites are small.
    Bite take(std::int64_t end) {
        // The look before saves the line from being taken from its worker where nothing is left.
        const std::int64_t left = end - next_.load(std::memory_order_relaxed);
        if (left <= 0) return {end, end};
        const std::int64_t most = std::max<std::int64_t>(1, left / 8);
        const std::int64_t begin = std::min(end, next_.fetch_add(most, std::memory_order_relaxed));
        return {begin, std::min(end, begin + most)};
    }

    /// By whoever is in the call: all that is left of the share but its first chunk.
    void work_on_rest(const Chunks& chunks, int share, int worker) {
        const std::int64_t end = chunks.end(share);
        for (Bite bite = take(end); bite.begin < bite.end; bite = take(end))
            chunks.work_on(bite.begin, bite.end, worker);
    }

private:
    static constexpr std::uint64_t settled = 0;
    static constexpr std::uint64_t asked = 1;
    static constexpr std::uint64_t inside = 2;
    static constexpr std::uint64_t states = 4;

    std::atomic<std::uint64_t> word_{0};  ///< the number of the call and the state
    std::atomic<std::int64_t> next_{0};
    Chunks chunks_;
};

static_assert(sizeof(Mailbox) == 64);

}  // namespace saku::runtime

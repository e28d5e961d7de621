// Threads of oneTBB that stay with a calling thread for a moment after its call.
//
// A parallel loop of a small kernel takes microseconds, and handing a task to oneTBB and waiting for it takes one. So a
// thread that has been called in looks for the next call for `linger` before it goes back to oneTBB: between two that
// are awake a call costs a few cache lines passed to and fro. Callers never wait for a thread that has not come: they
// begin at once, take back what nobody else has begun, and wait for those inside.
//
// Threads that have to be woken may be put on the caller's processor (runtime/placement.h): the caller gives way once,
// and whoever finds itself there moves on.
#pragma once

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>

#include "runtime/chunks.h"
#include "runtime/mailbox.h"
#include "runtime/placement.h"

namespace saku::runtime {

/// How long a thread that has been called in stays when nothing comes. Long enough for a serial step between two
/// kernels; short enough that whatever else the program does with oneTBB gets its threads back.
constexpr std::chrono::microseconds linger{200};
/// A thread that has been called in and has not come is called again after this long, then after twice as long, ...
constexpr std::chrono::microseconds first_patience{20};
constexpr std::chrono::microseconds most_patience{10000};
/// A thread that stays gives way to others that want the core after this long.
constexpr std::chrono::microseconds insist{20};

/// A core that waits for a cache line to change leaves the other thread of the core its resources.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ __volatile__("yield");
#endif
}

/// One calling thread's. Not for several threads at once.
class Crew {
    using Clock = std::chrono::steady_clock;

public:
    Crew() = default;
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() { dismiss(); }

    /// Works on `count` chunks, at least one, as worker 0, with up to `workers` - 1 others; returns when all are done.
    /// Where there are no threads or no memory to be had, the caller does what is left.
    void work(std::int64_t count, int workers, Chunks::Function fn, void* ctx) {
        if (allowed_ <= 1) allowed_ = threads_allowed();  // a limit of one may have been lifted
        const int places = places_for(static_cast<int>(std::min<std::int64_t>({count, workers, allowed_})));
        const Chunks chunks(count, places, fn, ctx);
        if (chunks.shares() == 1) return chunks.work_alone();
        const std::uint64_t call = ++calls_;
        if (!chunks.one_each()) places_[0].mailbox.begin(call, chunks);
        for (int worker = 1; worker < chunks.shares(); ++worker) places_[worker].mailbox.ask(call, chunks, worker);
        try {
            call_in(chunks.shares());
        } catch (...) {
            // Those who are there do it.
        }
        work_on(chunks, call, 0);
        for (int worker = 1; worker < chunks.shares(); ++worker) wait_for(places_[worker].mailbox);
    }

private:
    /// Of a thread: called means that it may not have begun to stay.
    enum class Presence : std::uint8_t { gone, called, here };
    struct Place {
        Mailbox mailbox;
        alignas(64) std::atomic<Presence> presence{Presence::gone};
        Clock::time_point called{};          ///< or reminded, if it has not come
        std::chrono::microseconds patience;  ///< before it is reminded
    };

    /// Takes a lock: not on the way to those who wait for a call.
    static int threads_allowed() {
        using oneapi::tbb::global_control;
        const std::size_t threads = global_control::active_value(global_control::max_allowed_parallelism);
        return static_cast<int>(std::min<std::size_t>(threads, std::numeric_limits<int>::max()));
    }

    /// How many of `wanted` workers can be had, the caller among them.
    int places_for(int wanted) {
        try {
            if (wanted > slots_) grow(wanted);
        } catch (...) {
            return 1;
        }
        return wanted;
    }

    /// Chunks of one's own share first, then of others', then whole shares whose workers have not come.
    void work_on(const Chunks& chunks, std::uint64_t call, int worker) {
        const InsideCall inside;
        chunks.work_on(chunks.begin(worker), worker);
        if (!chunks.one_each()) {
            places_[worker].mailbox.work_on_rest(chunks, worker, worker);
            for (int other = after(worker, chunks); other != worker; other = after(other, chunks))
                if (places_[other].mailbox.is_of(call)) places_[other].mailbox.work_on_rest(chunks, other, worker);
        }
        for (int other = after(worker, chunks); other != worker; other = after(other, chunks))
            if (other != 0 && places_[other].mailbox.withdraw(call)) chunks.work_on(chunks.begin(other), worker);
    }

    static int after(int worker, const Chunks& chunks) { return worker + 1 < chunks.shares() ? worker + 1 : 0; }

    static void wait_for(const Mailbox& mailbox) {
        constexpr int patience = 2000;  // then the worker has lost its core, perhaps to us
        for (int i = 0; mailbox.is_inside(); ++i) {
            if (i < patience) {
                relax();
            } else {
                std::this_thread::yield();
            }
        }
    }

    void call_in(int workers) {
        allowed_ = threads_allowed();  // for the next call
        bool has_called = false;
        for (int worker = 1; worker < workers; ++worker) {
            Place& place = places_[worker];
            const Presence presence = place.presence.load(std::memory_order_acquire);
            if (presence == Presence::here) continue;
            if (presence == Presence::called) {
                has_called |= remind(place);
                continue;
            }
            caller_on_.store(processor(), std::memory_order_relaxed);
            place.presence.store(Presence::called, std::memory_order_relaxed);
            place.called = Clock::now();
            place.patience = first_patience;
            try {
                arena_->execute([&] { group_.run([this, worker] { stay(worker); }); });
            } catch (...) {
                place.presence.store(Presence::gone, std::memory_order_relaxed);
                throw;
            }
            has_called = true;
        }
        if (has_called) std::this_thread::yield();
    }

    /// oneTBB may miss a task that is spawned in the moment in which its last thread finds nothing to do ("never
    /// promises parallelism", arena::advertise_new_work). It looks again when there is another one. True when it was
    /// told to.
    bool remind(Place& place) {
        const Clock::time_point now = Clock::now();
        if (now - place.called < place.patience) return false;
        place.called = now;
        place.patience = std::min(2 * place.patience, most_patience);
        arena_->execute([&] { group_.run([] {}); });
        return true;
    }

    /// The arena has as many slots as there are threads to fill them: asking for more makes oneTBB print a warning, and
    /// oneTBB wakes threads for all.
    void grow(int slots) {
        dismiss();
        slots_ = 0;
        places_ = std::make_unique<Place[]>(static_cast<std::size_t>(slots));
        arena_ = std::make_unique<oneapi::tbb::task_arena>(slots);
        slots_ = slots;
    }

    /// Waits until all who were called in have gone; those who have not come are seen to by this thread.
    void dismiss() {
        if (!arena_) return;
        dismissed_.store(true, std::memory_order_relaxed);
        try {
            arena_->execute([&] { group_.wait(); });
        } catch (...) {
            // Nothing that is run in the group throws.
        }
        dismissed_.store(false, std::memory_order_relaxed);
    }

    /// What a thread does that has been called in.
    void stay(int worker) {
        constexpr int looks = 64;  // between looks at the clock
        Mailbox& mailbox = places_[worker].mailbox;
        move_off(caller_on_.load(std::memory_order_relaxed));
        places_[worker].presence.store(Presence::here, std::memory_order_relaxed);
        Clock::time_point since = Clock::now();
        std::uint64_t call = 0;
        Chunks chunks;
        for (int look = 1; !dismissed_.load(std::memory_order_relaxed); ++look) {
            if (mailbox.enter(call, chunks)) {
                work_on(chunks, call, worker);
                mailbox.leave(call);
                since = Clock::now();
                continue;
            }
            relax();
            if (look % looks != 0) continue;
            const auto idle = Clock::now() - since;
            if (idle > linger) break;
            if (idle > insist) std::this_thread::yield();
        }
        places_[worker].presence.store(Presence::gone, std::memory_order_release);
    }

    // Of the caller alone, who writes them in every call.
    std::uint64_t calls_ = 0;
    int allowed_ = 0;  ///< threads that oneTBB may use, at the last call

    alignas(64) std::atomic<bool> dismissed_{false};
    std::atomic<int> caller_on_{-1};   ///< the caller's processor when it called somebody in
    std::unique_ptr<Place[]> places_;  ///< by worker
    int slots_ = 0;
    std::unique_ptr<oneapi::tbb::task_arena> arena_;
    oneapi::tbb::task_group group_;
};

}  // namespace saku::runtime

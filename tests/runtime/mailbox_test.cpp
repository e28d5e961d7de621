#include "runtime/mailbox.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace saku::tests {
namespace {

using saku::runtime::Chunks;
using saku::runtime::Mailbox;

void nothing(void*, std::int64_t, int) {}

TEST_CASE("Chunks: shares are neighbours and hold every chunk once") {
    for (const std::int64_t count : {1, 2, 5, 16, 17, 5000}) {
        for (const int workers : {1, 2, 3, 16, 200}) {
            CAPTURE(count);
            CAPTURE(workers);
            const Chunks chunks(count, workers, nothing, nullptr);
            CHECK(chunks.shares() == std::min<std::int64_t>(count, workers));
            CHECK(chunks.begin(0) == 0);
            CHECK(chunks.end(chunks.shares() - 1) == count);
            std::int64_t longest = 0;
            std::int64_t shortest = count;
            for (int share = 0; share < chunks.shares(); ++share) {
                longest = std::max(longest, chunks.end(share) - chunks.begin(share));
                shortest = std::min(shortest, chunks.end(share) - chunks.begin(share));
            }
            CHECK(shortest >= 1);
            CHECK(longest - shortest <= 1);
            CHECK(chunks.one_each() == (longest == 1));
        }
    }
}

TEST_CASE("Mailbox: a worker enters a call once, with what the call says") {
    Mailbox mailbox;
    std::uint64_t call = 0;
    Chunks chunks;
    CHECK_FALSE(mailbox.enter(call, chunks));
    mailbox.ask(7, Chunks(10, 2, nothing, &mailbox), 1);
    CHECK(mailbox.is_of(7));
    CHECK_FALSE(mailbox.is_of(6));
    CHECK_FALSE(mailbox.is_inside());
    REQUIRE(mailbox.enter(call, chunks));
    CHECK(call == 7);
    CHECK(chunks.shares() == 2);
    CHECK(chunks.begin(1) == 5);
    CHECK(mailbox.is_inside());
    CHECK_FALSE(mailbox.enter(call, chunks));
    CHECK_FALSE(mailbox.withdraw(7));
    mailbox.leave(7);
    CHECK_FALSE(mailbox.is_inside());
    CHECK_FALSE(mailbox.enter(call, chunks));
    CHECK_FALSE(mailbox.withdraw(7));
}

TEST_CASE("Mailbox: who withdraws a share keeps its worker out, of this call alone") {
    Mailbox mailbox;
    std::uint64_t call = 0;
    Chunks chunks;
    mailbox.ask(1, Chunks(2, 2, nothing, nullptr), 1);
    CHECK_FALSE(mailbox.withdraw(2));
    CHECK(mailbox.withdraw(1));
    CHECK_FALSE(mailbox.withdraw(1));
    CHECK_FALSE(mailbox.enter(call, chunks));
    mailbox.ask(2, Chunks(2, 2, nothing, nullptr), 1);
    CHECK_FALSE(mailbox.withdraw(1));
    CHECK(mailbox.enter(call, chunks));
    CHECK(call == 2);
}

TEST_CASE("Mailbox: the chunks behind a share's first are taken an eighth at a time, all of them once") {
    for (const std::int64_t count : {2, 3, 11, 40, 1000}) {
        CAPTURE(count);
        Mailbox mailbox;
        const Chunks chunks(count, 2, nothing, nullptr);
        const std::int64_t end = chunks.end(1);
        mailbox.ask(1, chunks, 1);
        int bites = 0;
        for (std::int64_t next = chunks.begin(1) + 1; next < end; ++bites) {
            const std::int64_t most = std::max<std::int64_t>(1, (end - next) / 8);
            const Mailbox::Bite bite = mailbox.take(end);
            CHECK(bite.begin == next);
            CHECK(bite.end == next + most);
            next = bite.end;
        }
        CHECK(mailbox.take(end).begin == end);
        CHECK(mailbox.take(end).end == end);
        if (count == 1000) CHECK(bites < 50);
    }
    Mailbox own;
    own.begin(1, Chunks(11, 2, nothing, nullptr));
    CHECK(own.is_of(1));
    CHECK(own.take(6).begin == 1);
}

/// What the chunks of a call write, without atomics: the thread sanitizer sees whether calls are kept apart.
struct Written {
    std::vector<int> times;
    static void write(void* ctx, std::int64_t chunk, int) {
        ++static_cast<Written*>(ctx)->times[static_cast<std::size_t>(chunk)];
    }
};

/// A caller that begins the worker's share where it has not come, and a worker that gives way now and then.
TEST_CASE("Mailbox: a caller and a worker that may be late do each chunk once") {
    constexpr int calls = 20000;
    Mailbox mailbox;
    std::atomic<bool> over{false};
    std::thread worker([&] {
        std::uint64_t call = 0;
        Chunks chunks;
        for (int look = 0; !over; ++look) {
            if (look % 5 == 0) std::this_thread::yield();
            if (!mailbox.enter(call, chunks)) continue;
            chunks.work_on(chunks.begin(1), 1);
            mailbox.work_on_rest(chunks, 1, 1);
            mailbox.leave(call);
        }
    });
    bool each_once = true;
    std::array<int, 2> begun_by{};
    for (std::uint64_t call = 1; call <= calls; ++call) {
        const auto count = static_cast<std::int64_t>(2 + call % 47);
        Written written{.times = std::vector<int>(static_cast<std::size_t>(count))};
        const Chunks chunks(count, 2, Written::write, &written);
        mailbox.ask(call, chunks, 1);
        if (call % 3 != 0) std::this_thread::yield();
        chunks.work_on(0, chunks.end(0), 0);
        mailbox.work_on_rest(chunks, 1, 0);
        const bool was_late = mailbox.withdraw(call);
        if (was_late) chunks.work_on(chunks.begin(1), 0);
        ++begun_by[was_late ? 0 : 1];
        while (mailbox.is_inside()) std::this_thread::yield();
        for (const int times : written.times) each_once &= times == 1;
    }
    over = true;
    worker.join();
    CHECK(each_once);
    CHECK(begun_by[0] + begun_by[1] == calls);
    MESSAGE("begun by the caller " << begun_by[0] << ", by the worker " << begun_by[1]);
}

}  // namespace
}  // namespace saku::tests

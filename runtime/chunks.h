// The chunks of one call of saku_parallel_for, and who takes them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace saku::runtime {

/// Is this thread inside fn? Calls from there stay on the thread.
inline thread_local bool inside_call = false;

class InsideCall {
public:
    InsideCall() { inside_call = true; }
    InsideCall(const InsideCall&) = delete;
    InsideCall& operator=(const InsideCall&) = delete;
    ~InsideCall() { inside_call = was_inside_; }

private:
    bool was_inside_ = inside_call;
};

/// Each worker has a share of the chunks, the same one in every call of a kernel, so that what it works on is in its
/// own caches when the kernel is called again; who has finished helps the others.
class Chunks {
public:
    Chunks(std::int64_t count, int workers, void (*fn)(void* ctx, std::int64_t chunk, int worker), void* ctx)
        : shares_used_(static_cast<int>(std::min<std::int64_t>({count, workers, most_shares}))), fn_(fn), ctx_(ctx) {
        const std::int64_t each = shares_used_ > 0 ? count / shares_used_ : 0;
        const std::int64_t longer = shares_used_ > 0 ? count % shares_used_ : 0;
        std::int64_t begin = 0;
        for (int s = 0; s < shares_used_; ++s) {
            shares_[s].next = begin;
            begin += each + (s < longer ? 1 : 0);
            shares_[s].end = begin;
        }
    }

    /// Returns when no chunk is left to begin.
    void work(int worker) {
        const InsideCall inside;
        for (int s = 0; s < shares_used_; ++s) work_on(shares_[(worker + s) % shares_used_], worker);
    }

private:
    static constexpr int most_shares = 64;  // more workers than that begin together

    /// Neighbouring chunks, which one worker takes in order. On a cache line of its own.
    struct alignas(64) Share {
        std::int64_t next;
        std::int64_t end;
    };

    void work_on(Share& share, int worker) {
        const std::atomic_ref<std::int64_t> next(share.next);
        // The look before saves the line from being taken from its worker where nothing is left.
        while (next.load(std::memory_order_relaxed) < share.end) {
            const std::int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
            if (chunk < share.end) fn_(ctx_, chunk, worker);
        }
    }

    Share shares_[most_shares];  // only those used are filled: a call of nothing should cost nothing
    int shares_used_;
    void (*fn_)(void* ctx, std::int64_t chunk, int worker);
    void* ctx_;
};

}  // namespace saku::runtime

// The chunks of one call of saku_parallel_for, and which worker they are for.
#pragma once

#include <algorithm>
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

/// Each worker has a share of the chunks, neighbours that it takes in order. It is the same share in every call of a
/// kernel, so that what a worker works on is in its own caches when the kernel is called again.
class Chunks {
public:
    using Function = void (*)(void* ctx, std::int64_t chunk, int worker);

    Chunks() = default;
    /// At least one chunk, for at least one worker.
    Chunks(std::int64_t count, int workers, Function fn, void* ctx) : fn_(fn), ctx_(ctx) {
        if (count <= workers) {  // the usual case needs no division
            shares_ = static_cast<int>(count);
            return;
        }
        shares_ = workers;
        each_ = count / workers;
        longer_ = static_cast<int>(count % workers);
    }

    int shares() const { return shares_; }
    std::int64_t begin(int share) const { return share * each_ + std::min(share, longer_); }
    std::int64_t end(int share) const { return begin(share + 1); }
    bool one_each() const { return each_ == 1 && longer_ == 0; }

    void work_on(std::int64_t chunk, int worker) const { fn_(ctx_, chunk, worker); }

    void work_on(std::int64_t begin, std::int64_t end, int worker) const {
        for (std::int64_t chunk = begin; chunk < end; ++chunk) work_on(chunk, worker);
    }

    /// On all chunks, as worker 0.
    void work_alone() const {
        const InsideCall inside;
        work_on(0, end(shares_ - 1), 0);
    }

private:
    Function fn_ = nullptr;
    void* ctx_ = nullptr;
    std::int64_t each_ = 1;  ///< chunks of a share, at least
    int longer_ = 0;         ///< so many shares, the first ones, have one chunk more
    int shares_ = 0;
};

}  // namespace saku::runtime

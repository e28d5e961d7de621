// A thread that stays on one processor while it is being timed.
#pragma once

#include <sched.h>

#include <algorithm>

namespace saku::tuner {

/// Moves the calling thread to the processor and keeps it there; false where the system refuses.
inline bool stay_on(int processor) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<unsigned>(processor), &only);
    return sched_setaffinity(0, sizeof only, &only) == 0;
}

/// Keeps the calling thread on the processor it is on, until the end of the scope.
class Pinned {
public:
    explicit Pinned(bool wanted = true) {
        if (!wanted || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
        active_ = stay_on(std::max(0, sched_getcpu()));
    }
    ~Pinned() {
        if (active_) sched_setaffinity(0, sizeof before_, &before_);
    }
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

private:
    cpu_set_t before_{};
    bool active_ = false;
};

}  // namespace saku::tuner

// Was a sample disturbed by another thread of the same core?
//
// On a rented machine the core's other hardware thread often belongs to somebody else: for some tenths of a second at a
// time it takes half of the caches and of the issue slots, and kernels run 10 to 50 % longer, each by another factor.
// The operating system does not see it. A loop of independent additions does: it needs all issue slots, and takes
// longer than usual by the measure of a chain of dependent ones, which nobody else slows down (and which makes the
// measure one of cycles, whatever the clock).
#pragma once

#include "tuner/mapping.h"

namespace saku::tuner {

/// Time of independent additions in times of dependent ones: least when all issue slots are this thread's. Takes some
/// 50 us.
[[nodiscard]] double crowding();

/// For the samples of processes that are forked from the one that made it: one at a time, all on the same core.
class CoreWatch {
public:
    explicit CoreWatch(double (*crowding_now)() = crowding);

    /// What `take()` gives, which takes about `seconds`. While the core is shared it is taken again, after a pause; all
    /// in all at most three times as long is lost in this way as is spent on what counts.
    template <typename Take>
    double undisturbed(double seconds, const Take& take) const {
        count(seconds);
        for (;;) {
            const bool was_alone = is_alone();
            const double result = take();
            if ((was_alone && is_alone()) || !wait(seconds)) return result;
        }
    }

private:
    struct State {
        double least_crowding;
        double spent_seconds;
        double lost_seconds;
    };
    /// Null where there was no memory: then every core is unshared.
    [[nodiscard]] State* state() const;
    [[nodiscard]] bool is_alone() const;
    void count(double seconds) const;
    /// False, and no waiting, when too much time was lost already.
    [[nodiscard]] bool wait(double seconds) const;

    double (*crowding_now_)();
    Mapping mapping_;
};

}  // namespace saku::tuner

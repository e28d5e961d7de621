// Was a sample disturbed by another thread of the same core?
//
// On a rented machine the core's other hardware thread often belongs to somebody else: for some tenths of a second at a
// time it takes half of the caches and of the issue slots, and kernels run 10 to 50 % longer, each by another factor.
// The operating system does not see it. A loop of independent additions does: it needs all issue slots, and takes
// longer than usual by the measure of a chain of dependent ones, which nobody else slows down (and which makes the
// measure one of cycles, whatever the clock).
//
// Where several threads are measured, their virtual processors may move apart as well, to cores without a common cache:
// then each line that passes between them takes some times as long. And other programs may run here: the operating
// system counts how long threads wait for a processor.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

#include "tuner/mapping.h"

namespace saku::tuner {

/// Time of independent additions in times of dependent ones: least when all issue slots are this thread's. Takes some
/// 50 us.
[[nodiscard]] double crowding();

/// How much may be given up before samples are kept whatever the core does.
struct LossLimits {
    double per_sample = 50;  ///< lengths of a sample that one of them may take
    double per_spent = 3;    ///< all lost seconds, in seconds of samples that count,
    double seconds = 0;      ///< and so many more
};

/// What was done about samples on shared cores.
struct SharedSamples {
    int retaken = 0;  ///< taken and given up
    int counted = 0;  ///< kept all the same, because too much had been given up
};

/// What is seen of the cores that samples are taken on.
struct CoreLook {
    double crowding = 0;  ///< of the most crowded one
    double distance = 0;  ///< seconds for a line to another core and back; 0: there is one core, or nobody knows
    double waited = 0;    ///< seconds that the threads of the process have waited for a core so far
};

/// Of the core of the calling thread.
[[nodiscard]] inline CoreLook look_at_this_core() { return {.crowding = crowding()}; }

/// For the samples of this process and of those that are forked from it: one at a time, all on the cores that `look`
/// looks at.
class CoreWatch {
public:
    explicit CoreWatch(std::function<CoreLook()> look = look_at_this_core, LossLimits limits = {});

    /// What `take()` gives, which should take `seconds`. While the core is shared it is taken again, after a pause,
    /// within the limits.
    template <typename Take>
    double undisturbed(double seconds, const Take& take) const {
        double lost = 0;
        for (;;) {
            const CoreLook before = look_();
            const bool was_alone = is_alone(before);
            const auto start = std::chrono::steady_clock::now();
            const double result = take();
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
            const double spent = std::max(seconds, taken.count());
            const bool is_undisturbed = was_alone && is_alone_behind(before, spent);
            if (is_undisturbed || !wait(seconds, spent, lost)) {
                count(spent, is_undisturbed);
                return result;
            }
        }
    }

    /// So far.
    [[nodiscard]] SharedSamples shared_samples() const;

private:
    struct State {
        CoreLook least;
        bool was_far_below;  ///< the last look, which may have gone wrong
        double spent_seconds;
        double lost_seconds;
        SharedSamples shared;
    };
    /// Null where there was no memory: then every core is unshared.
    [[nodiscard]] State* state() const;
    [[nodiscard]] bool is_alone(const CoreLook& now) const;
    /// Looks again, `spent` seconds after `before`.
    [[nodiscard]] bool is_alone_behind(const CoreLook& before, double spent) const;
    void count(double seconds, bool is_undisturbed) const;
    /// Gives up a sample that took `spent`; `lost` is what earlier ones took. False, and no waiting, when that is too
    /// much.
    [[nodiscard]] bool wait(double seconds, double spent, double& lost) const;

    std::function<CoreLook()> look_;
    LossLimits limits_;
    Mapping mapping_;
};

}  // namespace saku::tuner

#include "tuner/parallel.h"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

namespace saku::tuner {

void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
    if (jobs <= 1 || count < 2) {
        for (std::size_t i = 0; i < count; ++i) work(i);
        return;
    }
    oneapi::tbb::task_arena arena(jobs);
    arena.execute([&] { oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) { work(i); }); });
}

}  // namespace saku::tuner

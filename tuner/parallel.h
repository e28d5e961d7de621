// The only place where the tuner starts threads of its own.
#pragma once

#include <cstddef>
#include <functional>

namespace saku::tuner {

/// Calls `work(i)` for each i in [0, count), on up to `jobs` threads (at least one), in any order. `work` writes only
/// to what belongs to its i, so that results do not depend on `jobs`.
void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

}  // namespace saku::tuner

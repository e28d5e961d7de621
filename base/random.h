// A random source whose numbers are the same on every host and compiler: std::mt19937's distributions are
// implementation-defined, so searches and tests draw from this one instead.
//
// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace saku {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    /// 64 uniform bits.
    std::uint64_t bits() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, bound); `bound` must be positive. The bias of the multiply-shift is below 2^-32 for
    /// bounds under 2^32, far under anything a search can notice.
    std::uint64_t below(std::uint64_t bound) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * bound) >> 64);
    }

    /// Uniform in [low, high], both included.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    double unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

private:
    std::uint64_t state_;
};

/// All orders are equally likely (Fisher and Yates).
template <class Sequence>
void shuffle(Sequence& values, Random& random) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

}  // namespace saku

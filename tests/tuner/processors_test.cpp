// Which processors kernels for one thread are timed on.
#include "tuner/profile/processors.h"

#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tuner/pinned.h"

using namespace saku::tuner;

namespace {

std::vector<int> allowed_processors() {
    cpu_set_t allowed;
    REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    std::vector<int> found;
    for (int p = 0; p < CPU_SETSIZE; ++p) {
        if (CPU_ISSET(static_cast<unsigned>(p), &allowed)) found.push_back(p);
    }
    return found;
}

/// A system in which each processor has the highest clock that `clock_of` says and shares its cache with all.
template <typename Clock>
std::string system_with(const Clock& clock_of) {
    const auto folder = std::filesystem::temp_directory_path() / ("saku-processors-" + std::to_string(getpid()));
    for (const int p : allowed_processors()) {
        const auto own = folder / ("cpu" + std::to_string(p));
        std::filesystem::create_directories(own / "cache/index0");
        std::filesystem::create_directories(own / "cpufreq");
        std::ofstream(own / "cache/index0/shared_cpu_list") << "all\n";
        std::ofstream(own / "cpufreq/cpuinfo_max_freq") << clock_of(p) << "\n";
    }
    return folder;
}

}  // namespace

TEST_CASE("a thread that may run on one processor only is timed there") {
    const Pinned here;
    CHECK(alike_processors(4) == std::vector<int>{sched_getcpu()});
}

TEST_CASE("as many alike processors as asked for, where there are any") {
    const std::vector<int> allowed = allowed_processors();
    const std::string system = system_with([](int) { return 4000; });
    for (const std::size_t most : {1U, 2U, 3U}) {
        const std::vector<int> found = alike_processors(most, system);
        CHECK(found.size() == std::min(most, allowed.size()));
        for (const int p : found) {
            CHECK(std::count(allowed.begin(), allowed.end(), p) == 1);
            CHECK(std::count(found.begin(), found.end(), p) == 1);
        }
    }
    std::filesystem::remove_all(system);
}

TEST_CASE("processors of another kind are left out") {
    const std::string system = system_with([](int p) { return p; });
    CHECK(alike_processors(4, system).size() == 1);
    std::filesystem::remove_all(system);
}

TEST_CASE("a thread that was moved runs there") {
    const Pinned back;
    const int processor = allowed_processors().back();
    stay_on(processor);
    CHECK(sched_getcpu() == processor);
}

#include "tuner/profile/processors.h"

#include <sched.h>

#include <algorithm>
#include <fstream>

#include "targets/host.h"

namespace saku::tuner {

namespace {

/// Nothing where there is no such file.
std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// What processors of a kind that sit together have in common.
std::string kind_of(const std::string& system, int processor) {
    const std::string folder = system + "/cpu" + std::to_string(processor);
    std::string outermost;
    for (int level = 0;; ++level) {
        const std::string shared = first_line(folder + "/cache/index" + std::to_string(level) + "/shared_cpu_list");
        if (shared.empty()) break;
        outermost = shared;
    }
    return outermost + '|' + first_line(folder + "/cpufreq/cpuinfo_max_freq") + '|' +
           first_line(folder + "/cpu_capacity");
}

}  // namespace

std::vector<int> alike_processors(std::size_t most, const std::string& system) {
    const int own = std::max(0, sched_getcpu());
    const std::string kind = kind_of(system, own);
    std::vector<int> alike;
    for (const int other : targets::allowed_processors()) {
        if (other != own && kind_of(system, other) == kind) alike.push_back(other);
    }
    std::vector<int> chosen{own};
    const std::size_t others = std::min(alike.size(), most - 1);
    for (std::size_t i = 0; i < others; ++i) chosen.push_back(alike[i * alike.size() / others]);
    return chosen;
}

}  // namespace saku::tuner

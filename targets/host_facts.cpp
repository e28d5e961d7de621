#include <sched.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "targets/host.h"

namespace saku::targets {

namespace {

constexpr std::size_t longest_system_file = std::size_t{16} << 20;

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

/// A small file of /sys, without its newline; empty when it cannot be read.
std::string system_text(const std::string& path) {
    const Result<std::string> text = read_file(path, longest_system_file);
    return text ? trimmed(*text) : std::string();
}

/// The number a text begins with; 0 when there is none or it is out of range.
template <class Integer>
Integer leading_number(const std::string& text) {
    Integer value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc() && value > 0 ? value : 0;
}

/// "48K", "32M", "512"; 0 for what is none of these.
std::int64_t byte_size(const std::string& text) {
    const auto value = leading_number<std::int64_t>(text);
    if (value > std::int64_t{1} << 30) return 0;
    if (text.ends_with('K')) return value << 10;
    if (text.ends_with('M')) return value << 20;
    return value;
}

/// The first processor's lines of /proc/cpuinfo, by key.
std::map<std::string, std::string> first_processor(const std::string& cpuinfo) {
    std::map<std::string, std::string> values;
    std::istringstream lines(cpuinfo);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) {
            if (!values.empty()) break;
            continue;
        }
        values.try_emplace(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return values;
}

void read_cpuinfo(const std::string& cpuinfo, HostFacts& facts) {
    const std::map<std::string, std::string> values = first_processor(cpuinfo);
    const auto value = [&](const std::string& key) {
        const auto found = values.find(key);
        return found == values.end() ? std::string() : found->second;
    };
    facts.architecture = "unknown";
    std::string flags;
    if (values.count("vendor_id") != 0 && values.count("flags") != 0) {
        facts.architecture = "x86_64";
        facts.vendor = value("vendor_id");
        flags = value("flags");
        facts.family = leading_number<int>(value("cpu family"));
        facts.model = leading_number<int>(value("model"));
    } else if (values.count("CPU implementer") != 0) {
        facts.architecture = "aarch64";
        facts.vendor = value("CPU implementer") + "/" + value("CPU part");
        flags = value("Features");
    }
    facts.model_name = value("model name");
    std::istringstream words(flags);
    for (std::string flag; words >> flag;) facts.flags.push_back(flag);
    std::sort(facts.flags.begin(), facts.flags.end());
}

void read_caches(const std::string& directory, HostFacts& facts) {
    for (int index = 0; index < 8; ++index) {
        const std::string cache = directory + "/index" + std::to_string(index) + "/";
        const std::string type = system_text(cache + "type");
        if (type.empty()) break;
        if (type == "Instruction") continue;
        const int level = leading_number<int>(system_text(cache + "level"));
        const std::int64_t bytes = byte_size(system_text(cache + "size"));
        const int ways = leading_number<int>(system_text(cache + "ways_of_associativity"));
        if (level == 1) {
            facts.l1d_bytes = bytes;
            facts.l1d_ways = ways;
            facts.line_bytes = leading_number<int>(system_text(cache + "coherency_line_size"));
        } else if (level == 2) {
            facts.l2_bytes = bytes;
            facts.l2_ways = ways;
        } else if (level == 3) {
            facts.l3_bytes = bytes;
            facts.l3_ways = ways;
        }
    }
}

/// Processors that are threads of one core say the same about their siblings.
int count_cores(const std::string& directory, const std::vector<int>& processors) {
    std::set<std::string> cores;
    for (const int processor : processors) {
        const std::string number = std::to_string(processor);
        const std::string siblings = system_text(directory + "/cpu" + number + "/topology/thread_siblings_list");
        cores.insert(siblings.empty() ? number : siblings);
    }
    return std::max(1, static_cast<int>(cores.size()));
}

/// A container may be given the time of fewer cores than it sees: "max 100000" or "<quota> <period>".
int cores_by_quota(const std::string& root, int cores) {
    std::istringstream words(system_text(root + "sys/fs/cgroup/cpu.max"));
    std::int64_t quota = 0, period = 0;
    if (!(words >> quota >> period) || quota <= 0 || period <= 0) return cores;
    return static_cast<int>(std::clamp<std::int64_t>(quota / period + (quota % period != 0 ? 1 : 0), 1, cores));
}

}  // namespace

HostFacts host_facts_below(const std::string& root, const std::vector<int>& processors) {
    HostFacts facts;
    const Result<std::string> cpuinfo = read_file(root + "proc/cpuinfo", longest_system_file);
    read_cpuinfo(cpuinfo ? *cpuinfo : std::string(), facts);
    const std::string system = root + "sys/devices/system/cpu";
    const int first = processors.empty() ? 0 : processors.front();
    read_caches(system + "/cpu" + std::to_string(first) + "/cache", facts);
    facts.cores = cores_by_quota(root, count_cores(system, processors));
    return facts;
}

std::vector<int> allowed_processors() {
    std::vector<int> processors;
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
            if (CPU_ISSET(static_cast<std::size_t>(processor), &allowed)) processors.push_back(processor);
        }
    }
    return processors;
}

HostFacts host_facts() { return host_facts_below("/", allowed_processors()); }

}  // namespace saku::targets

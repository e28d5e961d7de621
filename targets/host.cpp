#include "targets/host.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/json.h"
#include "targets/machine_file.h"
#include "targets/machine_reader.h"

namespace saku::targets {

namespace {

std::string size_text(std::int64_t bytes) {
    constexpr std::int64_t kib = 1024, mib = 1024 * 1024;
    if (bytes > 0 && bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
    if (bytes > 0 && bytes % kib == 0) return std::to_string(bytes / kib) + " KiB";
    return std::to_string(bytes) + " bytes";
}

bool has_flag(const HostFacts& facts, const std::string& flag) {
    return std::find(facts.flags.begin(), facts.flags.end(), flag) != facts.flags.end();
}

std::int64_t cache_bytes(const Machine& machine, std::size_t level) {
    return machine.caches.size() >= level ? machine.caches[level - 1].size_bytes : 0;
}

/// Why the host is not this machine; empty when it may be.
std::string obstacle(const HostFacts& facts, const Machine& machine) {
    const Recognition& recognition = *machine.recognition;
    for (const std::string& flag : recognition.flags) {
        if (!has_flag(facts, flag)) return "the flag " + flag + " is missing";
    }
    for (const std::string& flag : recognition.without) {
        if (has_flag(facts, flag)) return "the flag " + flag + " is there";
    }
    if (facts.l1d_bytes > 0 && facts.l1d_bytes != cache_bytes(machine, 1))
        return "L1d is " + size_text(facts.l1d_bytes) + ", not " + size_text(cache_bytes(machine, 1));
    if (facts.l2_bytes > 0 && facts.l2_bytes != cache_bytes(machine, 2))
        return "L2 is " + size_text(facts.l2_bytes) + ", not " + size_text(cache_bytes(machine, 2));
    if (const auto& range = recognition.l3_bytes;
        range && (facts.l3_bytes < range->first || facts.l3_bytes > range->second))
        return "L3 is " + size_text(facts.l3_bytes) + ", not from " + size_text(range->first) + " to " +
               size_text(range->second);
    return {};
}

bool model_is_listed(const HostFacts& facts, const Recognition& recognition) {
    return std::any_of(recognition.models.begin(), recognition.models.end(), [&](const ModelRange& range) {
        return range.family == facts.family && range.low <= facts.model && facts.model <= range.high;
    });
}

struct Candidate {
    Machine machine;
    int score = 0;
};

/// How many flags a candidate asks for.
std::size_t needs(const Candidate& candidate) { return candidate.machine.recognition->flags.size(); }

/// The rules of match_host's documentation; `evidence` says how each decided.
std::optional<Candidate> best_candidate(const HostFacts& facts, std::vector<std::string>& evidence) {
    std::optional<Candidate> best;
    for (const std::string& name : machine_names()) {
        Result<Machine> machine = machine_named(name);
        SAKU_CHECK(machine.ok(), machine.error().text());
        const auto& recognition = machine->recognition;
        if (!recognition || recognition->architecture != facts.architecture || recognition->vendor != facts.vendor)
            continue;
        if (const std::string why = obstacle(facts, *machine); !why.empty()) {
            evidence.push_back(name + " does not fit: " + why);
            continue;
        }
        Candidate candidate{.machine = std::move(*machine)};
        std::string line = name + " fits: its " + std::to_string(needs(candidate)) + " flags are there, L1d " +
                           size_text(facts.l1d_bytes) + ", L2 " + size_text(facts.l2_bytes);
        if (model_is_listed(facts, *candidate.machine.recognition)) {
            candidate.score += 2;
            line += "; family and model are its own (+2)";
        }
        if (facts.l3_bytes == cache_bytes(candidate.machine, 3)) {
            candidate.score += 1;
            line += "; L3 " + size_text(facts.l3_bytes) + " is its own (+1)";
        }
        evidence.push_back(line);
        if (!best || candidate.score > best->score ||
            (candidate.score == best->score && needs(candidate) > needs(*best)))
            best = std::move(candidate);
    }
    return best;
}

/// The built-in machine that stands for any host with these flags.
std::optional<std::string> generic_name(const HostFacts& facts) {
    struct Row {
        const char* name;
        const char* architecture;
        std::vector<std::string> flags;
    };
    const std::vector<std::string> v2{"sse4_2", "ssse3", "popcnt", "cx16"};
    const std::vector<std::string> v3{"avx", "avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"};
    const std::vector<std::string> v4{"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"};
    const auto plus = [](std::vector<std::string> a, const std::vector<std::string>& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    };
    const std::vector<Row> rows{{"x86-64-v4", "x86_64", plus(plus(v2, v3), v4)},
                                {"x86-64-v3", "x86_64", plus(v2, v3)},
                                {"x86-64-v2", "x86_64", v2},
                                {"armv8-a", "aarch64", {"asimd"}}};
    for (const Row& row : rows) {
        const bool all = std::all_of(row.flags.begin(), row.flags.end(),
                                     [&](const std::string& flag) { return has_flag(facts, flag); });
        if (row.architecture == facts.architecture && all) return row.name;
    }
    return std::nullopt;
}

/// The caches that the system reports, where it does; a last level that it does not have goes.
Machine with_measured_caches(Machine machine, const HostFacts& facts) {
    const std::int64_t bytes[] = {facts.l1d_bytes, facts.l2_bytes, facts.l3_bytes};
    const int ways[] = {facts.l1d_ways, facts.l2_ways, facts.l3_ways};
    for (std::size_t i = 0; i < machine.caches.size() && i < 3; ++i) {
        if (bytes[i] == 0) continue;
        Cache& cache = machine.caches[i];
        cache.size_bytes = bytes[i];
        if (ways[i] > 0) cache.ways = ways[i];
        if (facts.line_bytes > 0) cache.line_bytes = facts.line_bytes;
        cache.effective_bytes_per_core.reset();
        cache.bandwidth_by_working_set.clear();
        cache.source += "; size, ways and line as the system reports them";
    }
    if (facts.l2_bytes > 0 && facts.l3_bytes == 0 && machine.caches.size() == 3) machine.caches.pop_back();
    return machine;
}

Result<HostMatch> generic_match(const HostFacts& facts, std::vector<std::string> evidence) {
    const std::optional<std::string> name = generic_name(facts);
    if (!name)
        return Error{.where = "host",
                     .what = "no machine for architecture " + facts.architecture +
                             " with these flags, expected x86_64 with SSE4.2 or aarch64; give --target"};
    SAKU_TRY(base, machine_named(*name));
    Machine measured = with_measured_caches(base, facts);
    evidence.push_back("no machine file fits; the flags allow " + *name);
    // Guests report impossible caches now and then; a machine must pass the checks that files pass.
    const std::vector<Error> problems = machine_problems(to_text(machine_to_json(measured)), "host");
    if (problems.empty()) {
        evidence.push_back("caches as the system reports them: L1d " + size_text(facts.l1d_bytes) + ", L2 " +
                           size_text(facts.l2_bytes) + ", L3 " + size_text(facts.l3_bytes) + " (0: not reported)");
    } else {
        evidence.push_back("caches of the file, not as the system reports them: " + problems.front().text());
        measured = base;
    }
    measured.name = "host-" + *name;
    measured.aliases.clear();
    return HostMatch{.machine = std::move(measured), .is_generic = true, .evidence = std::move(evidence)};
}

}  // namespace

Result<HostMatch> match_host(const HostFacts& facts) {
    std::vector<std::string> evidence{"the system says: " + facts.architecture + ", " + facts.vendor + ", \"" +
                                      facts.model_name + "\", family " + std::to_string(facts.family) + ", model " +
                                      std::to_string(facts.model)};
    HostMatch match;
    if (std::optional<Candidate> best = best_candidate(facts, evidence)) {
        const std::int64_t file_l3 = cache_bytes(best->machine, 3);
        if (facts.l3_bytes != file_l3)
            evidence.push_back("L3 of the file, " + size_text(file_l3) + ", is used; the system reports " +
                               size_text(facts.l3_bytes));
        match = {.machine = std::move(best->machine), .is_generic = false, .evidence = std::move(evidence)};
    } else {
        SAKU_TRY(generic, generic_match(facts, std::move(evidence)));
        match = std::move(generic);
    }
    match.evidence.push_back(std::to_string(facts.cores) + " cores are available; the machine has " +
                             std::to_string(match.machine.topology.cores));
    match.machine.topology.cores = facts.cores;
    return match;
}

}  // namespace saku::targets

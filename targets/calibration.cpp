#include "targets/calibration.h"

#include <algorithm>
#include <cstdio>

#include "base/hash.h"
#include "base/json.h"
#include "targets/machine_checks.h"
#include "targets/machine_reader.h"

namespace saku::targets {

namespace {

Result<Done> check_working_sets(const Cache& cache, const CacheFigures& figures, const std::string& at) {
    const auto& listed = cache.bandwidth_by_working_set;
    for (std::size_t row = 0; row < figures.bandwidth_by_working_set.size(); ++row) {
        const std::int64_t bytes = figures.bandwidth_by_working_set[row].first;
        if (std::none_of(listed.begin(), listed.end(), [&](const auto& each) { return each.first == bytes; }))
            return Error{.where = at + "/" + std::to_string(row) + "/0",
                         .what = "found " + std::to_string(bytes) + ", expected a working set that the machine lists"};
    }
    return Done{};
}

/// Is there another machine, or another shape of it, in the file?
Result<Done> check_fits(const Machine& machine, const Calibration& calibration, const std::string& file) {
    if (calibration.machine != machine.name)
        return Error{.where = file + "#/machine",
                     .what = "found \"" + calibration.machine + "\", expected \"" + machine.name + "\""};
    if (calibration.caches.size() != machine.caches.size())
        return Error{.where = file + "#/caches",
                     .what = "found " + std::to_string(calibration.caches.size()) + " caches, expected the " +
                             std::to_string(machine.caches.size()) + " of " + machine.name};
    for (std::size_t i = 0; i < machine.caches.size(); ++i) {
        const CacheFigures& figures = calibration.caches[i];
        const std::string at = file + "#/caches/" + std::to_string(i);
        if (figures.level != machine.caches[i].level)
            return Error{.where = at + "/level",
                         .what = "found " + std::to_string(figures.level) + ", expected " +
                                 std::to_string(machine.caches[i].level)};
        if (figures.size_bytes != machine.caches[i].size_bytes)
            return Error{.where = at + "/size_bytes",
                         .what = "found " + std::to_string(figures.size_bytes) + ", expected " +
                                 std::to_string(machine.caches[i].size_bytes) + " as " + machine.name + " has"};
        SAKU_TRY_DONE(check_working_sets(machine.caches[i], figures, at + "/bandwidth_by_working_set"));
    }
    return Done{};
}

void apply(const CacheFigures& figures, Cache& cache) {
    if (figures.latency_cycles) cache.latency_cycles = figures.latency_cycles->value;
    cache.load_bytes_per_cycle = figures.load_bytes_per_cycle.value;
    cache.store_bytes_per_cycle = figures.store_bytes_per_cycle.value;
    for (const auto& [bytes, figure] : figures.bandwidth_by_working_set) {
        for (auto& [listed, bandwidth] : cache.bandwidth_by_working_set) {
            if (listed == bytes) bandwidth = figure.value;
        }
    }
}

std::string rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

}  // namespace

std::string fingerprint(const Calibration& calibration) { return hex(fnv1a(to_text(calibration))); }

Result<Machine> calibrated(const Machine& machine, const Calibration& calibration, const std::string& file) {
    SAKU_TRY_DONE(check_fits(machine, calibration, file));
    Machine result = machine;
    result.ghz = calibration.ghz.value;
    for (std::size_t i = 0; i < result.caches.size(); ++i) apply(calibration.caches[i], result.caches[i]);
    if (calibration.memory) {
        result.memory.latency_cycles = calibration.memory->latency_cycles.value;
        result.memory.load_bytes_per_cycle = calibration.memory->load_bytes_per_cycle.value;
        result.memory.socket_bytes_per_cycle =
            std::max(result.memory.socket_bytes_per_cycle, result.memory.load_bytes_per_cycle);
    }
    if (calibration.topology) {
        result.topology.fork_join_us = calibration.topology->fork_join_us.value;
        result.topology.chunk_us = calibration.topology->chunk_us.value;
    }
    result.calibration = fingerprint(calibration);
    const Json document = machine_to_json(result);
    JsonReader reader(file, document);
    static_cast<void>(read_machine(reader.root()));  // every key is known: only contradictions are complained about
    check_machine(result, reader.root());
    const std::vector<Error> problems = reader.problems();
    if (!problems.empty()) return problems.front();
    return result;
}

double stated_per_cycle(const Machine& machine, const std::string& op) {
    const Operation* operation = find_operation(machine, op, "f32", machine.vector.bits);
    const double cycles = operation == nullptr ? 0 : port_bound_cycles(operation->uops);
    return cycles > 0 ? 1 / cycles : 0;
}

std::vector<std::string> port_warnings(const Machine& machine, const PortFigures& measured) {
    constexpr double tolerated = 0.2;
    std::vector<std::string> warnings;
    const auto compare = [&](const std::string& what, const std::string& op, const Figure& figure) {
        const double stated = stated_per_cycle(machine, op);
        if (stated <= 0 || (figure.value >= (1 - tolerated) * stated && figure.value <= (1 + tolerated) * stated))
            return;
        warnings.push_back("measured " + rounded(figure.value) + " " + what + " of " +
                           std::to_string(machine.vector.bits) + " bits a cycle, but the ports of " + machine.name +
                           " do " + rounded(stated));
    };
    compare("multiply-adds", "fma", measured.multiply_adds_per_cycle);
    compare("loads", "load", measured.loads_per_cycle);
    compare("stores", "store", measured.stores_per_cycle);
    return warnings;
}

}  // namespace saku::targets

#include "targets/calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "targets/machine_file.h"
#include "targets/machine_reader.h"

namespace saku::targets {
namespace {

Machine named(const std::string& name) {
    const Result<Machine> machine = machine_named(name);
    REQUIRE(machine.ok());
    return *machine;
}

Figure figure(double value) { return {.value = value, .spread = 0.02, .samples = 15, .method = "made up"}; }

/// What a computer would give that is in all things a little faster than the machine's file says.
Calibration calibration_of(const Machine& machine) {
    Calibration made{.machine = machine.name,
                     .cpu = "A processor",
                     .when = "2026-11-21T12:00:00Z",
                     .saku_version = "0.1.0",
                     .llvm_version = "19.1.7",
                     .threads = 2,
                     .ghz = figure(machine.ghz + 0.125),
                     .memory = MemoryFigures{.latency_cycles = figure(machine.memory.latency_cycles + 1),
                                             .load_bytes_per_cycle = figure(machine.memory.load_bytes_per_cycle + 1)},
                     .topology = TopologyFigures{.fork_join_us = figure(machine.topology.fork_join_us + 1),
                                                 .chunk_us = figure(machine.topology.chunk_us + 1)},
                     .ports = {figure(2), figure(2), figure(1)}};
    for (const Cache& cache : machine.caches) {
        CacheFigures& figures = made.caches.emplace_back();
        figures.level = cache.level;
        figures.size_bytes = cache.size_bytes;
        figures.latency_cycles = figure(cache.latency_cycles + 0.5);
        figures.load_bytes_per_cycle = figure(cache.load_bytes_per_cycle + 1);
        figures.store_bytes_per_cycle = figure(cache.store_bytes_per_cycle + 1);
        for (const auto& [bytes, rate] : cache.bandwidth_by_working_set)
            figures.bandwidth_by_working_set.emplace_back(bytes, figure(rate + 1));
    }
    return made;
}

/// Where two machines differ, as places in their documents.
std::vector<std::string> changes(const Machine& before, const Machine& after) {
    std::vector<std::string> places;
    for (const Json& step : Json::diff(machine_to_json(before), machine_to_json(after))) {
        CHECK(step["op"] == "replace");
        places.push_back(step["path"]);
    }
    std::sort(places.begin(), places.end());
    return places;
}

TEST_CASE("a calibration is read back as it was written") {
    for (const char* name : {"zen5", "haswell", "neoverse-n1", "cortex-a53"}) {
        CAPTURE(name);
        Calibration made = calibration_of(named(name));
        for (const bool whole : {true, false}) {
            const auto read = calibration_from_json(to_text(made), "c.json");
            REQUIRE_MESSAGE(read.ok(), read.error().text());
            CHECK(*read == made);
            CHECK(to_text(*read) == to_text(made));
            made.memory.reset();
            made.topology.reset();
            made.caches.back().latency_cycles.reset();
            made.caches.back().bandwidth_by_working_set.clear();
            made.cpu = whole ? "" : made.cpu;
        }
    }
}

TEST_CASE("it changes the clock, latencies, bandwidths and costs of threads, and nothing else") {
    const Machine zen5 = named("zen5");
    const Calibration made = calibration_of(zen5);
    const auto refined = calibrated(zen5, made, "c.json");
    REQUIRE_MESSAGE(refined.ok(), refined.error().text());
    CHECK(changes(zen5, *refined) ==
          std::vector<std::string>{
              "/caches/0/latency_cycles", "/caches/0/load_bytes_per_cycle", "/caches/0/store_bytes_per_cycle",
              "/caches/1/latency_cycles", "/caches/1/load_bytes_per_cycle", "/caches/1/store_bytes_per_cycle",
              "/caches/2/bandwidth_by_working_set/0/1", "/caches/2/bandwidth_by_working_set/1/1",
              "/caches/2/bandwidth_by_working_set/2/1", "/caches/2/bandwidth_by_working_set/3/1",
              "/caches/2/bandwidth_by_working_set/4/1", "/caches/2/latency_cycles", "/caches/2/load_bytes_per_cycle",
              "/caches/2/store_bytes_per_cycle", "/clock/ghz", "/memory/latency_cycles", "/memory/load_bytes_per_cycle",
              "/topology/chunk_us", "/topology/fork_join_us"});
    CHECK(refined->ghz == made.ghz.value);
    CHECK(refined->caches[1].latency_cycles == made.caches[1].latency_cycles->value);
    CHECK(refined->caches[2].bandwidth_by_working_set[3].second ==
          zen5.caches[2].bandwidth_by_working_set[3].second + 1);
    CHECK(refined->memory.load_bytes_per_cycle == made.memory->load_bytes_per_cycle.value);
    CHECK(refined->topology.chunk_us == made.topology->chunk_us.value);
    CHECK(zen5.calibration.empty());
    CHECK(refined->calibration == fingerprint(made));
}

TEST_CASE("what was not measured stays as the file says") {
    const Machine zen5 = named("zen5");
    Calibration made = calibration_of(zen5);
    made.memory.reset();
    made.topology.reset();
    made.caches[2].latency_cycles.reset();
    auto& rows = made.caches[2].bandwidth_by_working_set;
    rows = {rows[1]};
    for (CacheFigures& figures : made.caches) {
        const Cache& cache = zen5.caches[static_cast<std::size_t>(figures.level - 1)];
        figures.load_bytes_per_cycle.value = cache.load_bytes_per_cycle;
        figures.store_bytes_per_cycle.value = cache.store_bytes_per_cycle;
        if (figures.latency_cycles) figures.latency_cycles->value = cache.latency_cycles;
    }
    const auto refined = calibrated(zen5, made, "c.json");
    REQUIRE(refined.ok());
    CHECK(changes(zen5, *refined) == std::vector<std::string>{"/caches/2/bandwidth_by_working_set/1/1", "/clock/ghz"});
}

TEST_CASE("a core that reads more than its socket was said to raises the socket's bandwidth") {
    const Machine zen5 = named("zen5");
    Calibration made = calibration_of(zen5);
    made.memory->load_bytes_per_cycle.value = zen5.memory.socket_bytes_per_cycle + 5;
    const auto refined = calibrated(zen5, made, "c.json");
    REQUIRE(refined.ok());
    CHECK(refined->memory.socket_bytes_per_cycle == zen5.memory.socket_bytes_per_cycle + 5);
}

TEST_CASE("fingerprints tell calibrations apart") {
    const Calibration made = calibration_of(named("zen5"));
    CHECK(fingerprint(made).size() == 16);
    CHECK(fingerprint(made) == fingerprint(*calibration_from_json(to_text(made), "c.json")));
    Calibration other = made;
    other.caches[1].load_bytes_per_cycle.value += 1e-9;
    CHECK(fingerprint(made) != fingerprint(other));
}

/// A value placed at a JSON pointer of Zen 5's calibration, or the place removed.
struct Change {
    std::string pointer;
    std::string value;  ///< JSON; empty: remove
    std::string message;
};

std::string changed(const Calibration& calibration, const Change& change) {
    Json json = *parse_json(to_text(calibration), "made");
    const Json::json_pointer place(change.pointer);
    if (change.value.empty())
        json[place.parent_pointer()].erase(place.back());
    else
        json[place] = *parse_json(change.value, "value");
    return saku::to_text(json);
}

TEST_CASE("files that are no calibration are refused") {
    const Calibration made = calibration_of(named("zen5"));
    const std::vector<Change> table{
        {"/kind", "\"machine\"", "c.json#/kind: found \"machine\", expected \"calibration\""},
        {"/schema", "2", "c.json#/schema: found 2, expected 1"},
        {"/machine", "7", "c.json#/machine: found 7, expected the name of a machine"},
        {"/threads", "0", "c.json#/threads: found 0, expected an integer from 1 to 1024"},
        {"/versions/llvm", "", "c.json#/versions/llvm: missing, expected a version"},
        {"/clock/mhz", "1", "c.json#/clock/mhz: unknown key, expected one of ghz"},
        {"/clock/ghz/value", "400", "c.json#/clock/ghz/value: found 400, expected a number from 0.05 to 20.0"},
        {"/clock/ghz/value", "\"4\"", "c.json#/clock/ghz/value: found \"4\", expected a number from 0.05 to 20.0"},
        {"/clock/ghz", "3.8", "c.json#/clock/ghz: found 3.8, expected an object"},
        {"/clock/ghz/samples", "0", "c.json#/clock/ghz/samples: found 0, expected an integer from 1 to 1000000"},
        {"/clock/ghz/method", "\"\"", "c.json#/clock/ghz/method: found \"\", expected what was timed"},
        {"/clock/ghz/spread", "-1", "c.json#/clock/ghz/spread: found -1, expected a number from 0.0 to 1000000.0"},
        {"/caches", "[]", "c.json#/caches: found an array of 0, expected an array of 1 to 8"},
        {"/caches/0/latency_cycles/value", "0",
         "c.json#/caches/0/latency_cycles/value: found 0, expected a number from 0.5 to 100000.0"},
        {"/caches/1/load_bytes_per_cycle/value", "0",
         "c.json#/caches/1/load_bytes_per_cycle/value: found 0, expected a number from 0.001 to 4096.0"},
        {"/caches/1/store_bytes_per_cycle", "", "c.json#/caches/1/store_bytes_per_cycle: missing, expected an object"},
        {"/caches/2/bandwidth_by_working_set/1/0", "2097152",
         "c.json#/caches/2/bandwidth_by_working_set/1: expected working sets in ascending order"},
        {"/memory/load_bytes_per_cycle/value", "1e9",
         "c.json#/memory/load_bytes_per_cycle/value: found 1000000000.0, expected a number from 0.001 to 4096.0"},
        {"/topology/chunk_us/value", "-0.5",
         "c.json#/topology/chunk_us/value: found -0.5, expected a number from 0.0 to 100000.0"},
        {"/ports/loads_per_cycle/value", "1000",
         "c.json#/ports/loads_per_cycle/value: found 1000, expected a number from 0.001 to 64.0"},
    };
    for (const Change& change : table) {
        CAPTURE(change.pointer);
        const auto read = calibration_from_json(changed(made, change), "c.json");
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().text() == change.message);
    }
    CHECK(calibration_from_json("{", "c.json").error().text().starts_with("c.json:1:2"));
    CHECK_FALSE(calibration_from_json("[]", "c.json").ok());
}

TEST_CASE("calibrations of something else are refused, and figures that contradict each other") {
    const Machine zen5 = named("zen5");
    const Calibration made = calibration_of(zen5);
    const std::vector<Change> table{
        {"/machine", "\"zen4\"", "c.json#/machine: found \"zen4\", expected \"zen5\""},
        {"/caches/2", "", "c.json#/caches: found 2 caches, expected the 3 of zen5"},
        {"/caches/0/level", "2", "c.json#/caches/0/level: found 2, expected 1"},
        {"/caches/0/size_bytes", "32768", "c.json#/caches/0/size_bytes: found 32768, expected 49152 as zen5 has"},
        {"/caches/2/bandwidth_by_working_set/4/0", "50000000",
         "c.json#/caches/2/bandwidth_by_working_set/4/0: found 50000000, expected a working set that the machine "
         "lists"},
        {"/caches/1/latency_cycles/value", "4",
         "c.json#/caches/1/latency_cycles: found 4.0, expected more than level 1 has, 4.5"},
        {"/memory/latency_cycles/value", "50",
         "c.json#/memory/latency_cycles: found 50.0, expected more than the last cache has, 52.5"},
    };
    for (const Change& change : table) {
        CAPTURE(change.pointer);
        Json json = *parse_json(to_text(made), "made");
        if (change.pointer == "/caches/2" && change.value.empty()) json["caches"].erase(2);
        const auto read =
            calibration_from_json(change.value.empty() ? saku::to_text(json) : changed(made, change), "c.json");
        REQUIRE_MESSAGE(read.ok(), read.error().text());
        const auto refined = calibrated(zen5, *read, "c.json");
        REQUIRE_FALSE(refined.ok());
        CHECK(refined.error().text() == change.message);
    }
}

TEST_CASE("ports are only held against the file") {
    const Machine zen5 = named("zen5");
    CHECK(stated_per_cycle(zen5, "fma") == 2);
    CHECK(stated_per_cycle(zen5, "store") == 1);
    CHECK(port_warnings(zen5, {figure(1.97), figure(1.8), figure(0.95)}).empty());
    const auto warnings = port_warnings(zen5, {figure(1), figure(2), figure(2)});
    CHECK(warnings ==
          std::vector<std::string>{"measured 1.00 multiply-adds of 512 bits a cycle, but the ports of zen5 do 2.00",
                                   "measured 2.00 stores of 512 bits a cycle, but the ports of zen5 do 1.00"});
}

}  // namespace
}  // namespace saku::targets

#include "base/json.h"
#include "targets/calibration.h"

namespace saku::targets {

namespace {

constexpr double most_ghz = 20;
constexpr double most_cycles = 1e5;
constexpr double most_bytes_per_cycle = 4096;
constexpr double most_microseconds = 1e5;
constexpr double most_per_cycle = 64;
constexpr std::int64_t most_bytes = std::int64_t{1} << 40;

/// What a value of one kind can be.
struct Bounds {
    double low;
    double high;
};
constexpr Bounds ghz{0.05, most_ghz};
constexpr Bounds cycles{0.5, most_cycles};
constexpr Bounds bandwidth{0.001, most_bytes_per_cycle};
constexpr Bounds microseconds{0, most_microseconds};
constexpr Bounds throughput{0.001, most_per_cycle};

Json figure_json(const Figure& figure) {
    return {{"value", figure.value}, {"spread", figure.spread}, {"samples", figure.samples}, {"method", figure.method}};
}

Json cache_json(const CacheFigures& cache) {
    Json json{{"level", cache.level}, {"size_bytes", cache.size_bytes}};
    if (cache.latency_cycles) json["latency_cycles"] = figure_json(*cache.latency_cycles);
    json["load_bytes_per_cycle"] = figure_json(cache.load_bytes_per_cycle);
    json["store_bytes_per_cycle"] = figure_json(cache.store_bytes_per_cycle);
    if (cache.bandwidth_by_working_set.empty()) return json;
    Json& table = json["bandwidth_by_working_set"] = Json::array();
    for (const auto& [bytes, figure] : cache.bandwidth_by_working_set)
        table.push_back(Json::array({bytes, figure_json(figure)}));
    return json;
}

Figure read_figure(const JsonCursor& cursor, const Bounds& bounds) {
    return {.value = cursor.member("value").number(bounds.low, bounds.high),
            .spread = cursor.member("spread").number(0, 1e6),
            .samples = cursor.member("samples").integer<int>(1, 1'000'000),
            .method = cursor.member("method").text("what was timed")};
}

CacheFigures read_cache(const JsonCursor& cache) {
    CacheFigures read{.level = cache.member("level").integer<int>(1, 8),
                      .size_bytes = cache.member("size_bytes").integer<std::int64_t>(1, most_bytes),
                      .load_bytes_per_cycle = read_figure(cache.member("load_bytes_per_cycle"), bandwidth),
                      .store_bytes_per_cycle = read_figure(cache.member("store_bytes_per_cycle"), bandwidth)};
    if (const auto latency = cache.find("latency_cycles")) read.latency_cycles = read_figure(*latency, cycles);
    const auto table = cache.find("bandwidth_by_working_set");
    if (!table) return read;
    for (const JsonCursor& row : table->items(1, 64)) {
        const std::vector<JsonCursor> pair = row.items(2, 2);
        if (pair.size() != 2) continue;
        const auto bytes = pair[0].integer<std::int64_t>(1, most_bytes);
        auto& rows = read.bandwidth_by_working_set;
        if (!rows.empty() && bytes <= rows.back().first) row.complain("expected working sets in ascending order");
        rows.emplace_back(bytes, read_figure(pair[1], bandwidth));
    }
    return read;
}

PortFigures read_ports(const JsonCursor& ports) {
    return {.multiply_adds_per_cycle = read_figure(ports.member("multiply_adds_per_cycle"), throughput),
            .loads_per_cycle = read_figure(ports.member("loads_per_cycle"), throughput),
            .stores_per_cycle = read_figure(ports.member("stores_per_cycle"), throughput)};
}

}  // namespace

std::string to_text(const Calibration& calibration) {
    Json caches = Json::array();
    for (const CacheFigures& cache : calibration.caches) caches.push_back(cache_json(cache));
    Json json{{"schema", 1},
              {"kind", "calibration"},
              {"machine", calibration.machine},
              {"cpu", calibration.cpu},
              {"when", calibration.when},
              {"versions", {{"saku", calibration.saku_version}, {"llvm", calibration.llvm_version}}},
              {"threads", calibration.threads},
              {"clock", {{"ghz", figure_json(calibration.ghz)}}},
              {"caches", std::move(caches)}};
    if (calibration.memory)
        json["memory"] = {{"latency_cycles", figure_json(calibration.memory->latency_cycles)},
                          {"load_bytes_per_cycle", figure_json(calibration.memory->load_bytes_per_cycle)}};
    if (calibration.topology)
        json["topology"] = {{"fork_join_us", figure_json(calibration.topology->fork_join_us)},
                            {"chunk_us", figure_json(calibration.topology->chunk_us)}};
    json["ports"] = {{"multiply_adds_per_cycle", figure_json(calibration.ports.multiply_adds_per_cycle)},
                     {"loads_per_cycle", figure_json(calibration.ports.loads_per_cycle)},
                     {"stores_per_cycle", figure_json(calibration.ports.stores_per_cycle)}};
    return saku::to_text(json);
}

Result<Calibration> calibration_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file));
    if (json.is_object() && json.contains("kind") && json["kind"] != "calibration")
        return Error{.where = file + "#/kind", .what = "found " + to_line(json["kind"]) + ", expected \"calibration\""};
    JsonReader reader(file, json);
    const JsonCursor root = reader.root();
    root.header("calibration", 1);
    Calibration read{.machine = root.member("machine").text("the name of a machine"),
                     .cpu = root.member("cpu").text("the name of a processor", true),
                     .when = root.member("when").text("a time, as 2026-11-21T12:00:00Z"),
                     .saku_version = root.member("versions").member("saku").text("a version"),
                     .llvm_version = root.member("versions").member("llvm").text("a version"),
                     .threads = root.member("threads").integer<int>(1, 1024),
                     .ghz = read_figure(root.member("clock").member("ghz"), ghz)};
    for (const JsonCursor& cache : root.member("caches").items(1, 8)) read.caches.push_back(read_cache(cache));
    if (const auto memory = root.find("memory"))
        read.memory = {.latency_cycles = read_figure(memory->member("latency_cycles"), cycles),
                       .load_bytes_per_cycle = read_figure(memory->member("load_bytes_per_cycle"), bandwidth)};
    if (const auto topology = root.find("topology"))
        read.topology = {.fork_join_us = read_figure(topology->member("fork_join_us"), microseconds),
                         .chunk_us = read_figure(topology->member("chunk_us"), microseconds)};
    read.ports = read_ports(root.member("ports"));
    SAKU_TRY_DONE(reader.finish());
    return read;
}

}  // namespace saku::targets

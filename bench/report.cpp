#include "bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace saku::bench {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

/// Groups in the order they first occur.
std::vector<std::string> groups(const Report& report) {
    std::vector<std::string> names;
    for (const Row& row : report.rows)
        if (std::find(names.begin(), names.end(), row.problem.group) == names.end()) names.push_back(row.problem.group);
    return names;
}

struct Mean {
    double value = 0;
    int count = 0;
};

/// Geometric mean over the rows whose group begins with `prefix`.
Mean mean_ratio(const Report& report, const std::string& prefix, Contender::Role other) {
    double sum = 0;
    int count = 0;
    for (const Row& row : report.rows) {
        if (!row.problem.group.starts_with(prefix)) continue;
        if (const auto r = ratio(row, other)) {
            sum += std::log(*r);
            ++count;
        }
    }
    return {.value = count == 0 ? 0 : std::exp(sum / count), .count = count};
}

std::string role_name(Contender::Role role) {
    switch (role) {
        case Contender::Role::saku:
            return "saku";
        case Contender::Role::peer:
            return "peer";
        case Contender::Role::plain:
            return "plain";
    }
    return "";
}

std::string cell(const Row& row, const Entry& entry) {
    if (!entry.timing) return formatted("  %-14s %s\n", entry.contender.c_str(), entry.failure.c_str());
    const double rate = gflops(row.problem, entry.timing->median);
    std::string text = formatted("  %-14s %11.2f %8.1f %6.0f%%", entry.contender.c_str(), entry.timing->median * 1e6,
                                 rate, 100 * rate / row.peak_gflops);
    if (!entry.note.empty()) text += "   " + entry.note;
    return text + "\n";
}

}  // namespace

double gflops(const Problem& problem, double seconds) { return flops(problem) / seconds * 1e-9; }

const Entry* best(const Row& row, Contender::Role role) {
    const Entry* fastest = nullptr;
    for (const Entry& entry : row.entries) {
        if (entry.role != role || !entry.timing) continue;
        if (fastest == nullptr || entry.timing->median < fastest->timing->median) fastest = &entry;
    }
    return fastest;
}

std::optional<double> ratio(const Row& row, Contender::Role other) {
    const Entry* ours = best(row, Contender::Role::saku);
    const Entry* theirs = best(row, other);
    if (ours == nullptr || theirs == nullptr) return std::nullopt;
    return theirs->timing->median / ours->timing->median;
}

std::string table_head(const Report& report) {
    std::string text = "CPU: " + report.cpu + "; one thread, warm caches, medians of interleaved samples\n";
    for (const auto& [name, version] : report.versions) text += "  " + name + ": " + version + "\n";
    return text + formatted("\n  %-14s %11s %8s %7s\n", "", "us", "GF/s", "of peak");
}

std::string table_row(const Row& row) {
    std::string text = row.problem.label + formatted("   (peak %.0f GF/s)\n", row.peak_gflops);
    for (const Entry& entry : row.entries) text += cell(row, entry);
    if (const auto r = ratio(row, Contender::Role::peer))
        text += formatted("  saku / best peer (%s): %.2f\n", best(row, Contender::Role::peer)->contender.c_str(), *r);
    if (const auto r = ratio(row, Contender::Role::plain)) text += formatted("  saku / plain C: %.1f\n", *r);
    return text;
}

std::string table_foot(const Report& report) {
    std::vector<std::string> names = groups(report);
    if (std::count_if(names.begin(), names.end(), [](const auto& name) { return name.starts_with("conv"); }) > 1)
        names.emplace_back("conv");
    std::string text = "\ngeometric means of the speed ratios (above 1: saku is faster)\n";
    for (const std::string& name : names) {
        const Mean peers = mean_ratio(report, name, Contender::Role::peer);
        const Mean plain = mean_ratio(report, name, Contender::Role::plain);
        text += formatted("  %-10s", name.c_str());
        text += peers.count == 0 ? " no ratio to peers" : formatted(" best peer %.3f (%d)", peers.value, peers.count);
        if (plain.count != 0) text += formatted("   plain C %.1f (%d)", plain.value, plain.count);
        text += "\n";
    }
    return text;
}

std::string to_json(const Report& report) {
    using Json = nlohmann::ordered_json;
    Json document{{"schema", 1}, {"kind", "benchmark"}, {"cpu", report.cpu}, {"threads", 1}};
    for (const auto& [name, version] : report.versions) document["versions"][name] = version;
    document["results"] = Json::array();
    for (const Row& row : report.rows) {
        Json result{{"op", operator_text(row.problem)},
                    {"label", row.problem.label},
                    {"group", row.problem.group},
                    {"peak_gflops", row.peak_gflops}};
        for (const Entry& entry : row.entries) {
            Json item{{"name", entry.contender}, {"role", role_name(entry.role)}};
            if (entry.timing)
                item.update({{"seconds", entry.timing->median},
                             {"fastest_seconds", entry.timing->fastest},
                             {"slowest_seconds", entry.timing->slowest},
                             {"gflops", gflops(row.problem, entry.timing->median)}});
            else
                item["failure"] = entry.failure;
            if (!entry.note.empty()) item["note"] = entry.note;
            result["contenders"].push_back(std::move(item));
        }
        if (const auto r = ratio(row, Contender::Role::peer)) result["ratio_to_best_peer"] = *r;
        if (const auto r = ratio(row, Contender::Role::plain)) result["ratio_to_plain"] = *r;
        document["results"].push_back(std::move(result));
    }
    for (const std::string& name : groups(report))
        if (const Mean mean = mean_ratio(report, name, Contender::Role::peer); mean.count != 0)
            document["summary"][name] = mean.value;
    return document.dump(2) + "\n";
}

std::string cpu_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

}  // namespace saku::bench

#include "bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace saku::bench {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

double compute_seconds(const Row& row) { return flops(row.problem) / (row.peak_gflops * 1e9); }
double memory_seconds(const Row& row) { return bytes(row.problem) / (row.move_gbps * 1e9); }

std::string cell(const Row& row, const Entry& entry) {
    if (!entry.timing) return formatted("  %-14s %s\n", entry.contender.c_str(), entry.failure.c_str());
    const double seconds = entry.timing->median;
    const std::string note = entry.note.empty() ? "" : "  " + entry.note;
    return formatted("  %-14s %11.2f %8.1f %8.1f %6.0f%%", entry.contender.c_str(), seconds * 1e6,
                     flops(row.problem) / seconds * 1e-9, bytes(row.problem) / seconds * 1e-9,
                     100 * part_of_bound(row, seconds)) +
           note + "\n";
}

std::string scaling_text(const Row& row) {
    const auto relative = relative_scaling(row);
    if (!relative) return "";
    const double gain =
        best(row, Contender::Role::single)->timing->median / best(row, Contender::Role::saku)->timing->median;
    return formatted(
        "  saku's gain from threads %.2f of %.2f; of the loops: multiply-adds %.2f, moves %.2f; relative %.2f\n", gain,
        *attainable_scaling(row), row.loop_scaling->fma, row.loop_scaling->moving, *relative);
}

std::string shared_text(const Row& row) {
    if (row.shared.retaken == 0 && row.shared.counted == 0) return "";
    return formatted("  other work on the cores: %d samples taken again, %d kept that it disturbed\n",
                     row.shared.retaken, row.shared.counted);
}

/// Smallest and geometric mean of the relative scaling of one kind of problem.
std::string scaling_foot(const Report& report, bool memory_bound) {
    double sum = 0;
    double least = 0;
    int count = 0;
    for (const Row& row : report.rows) {
        const auto relative = relative_scaling(row);
        if (!relative || is_memory_bound(row) != memory_bound) continue;
        sum += std::log(*relative);
        least = count == 0 ? *relative : std::min(least, *relative);
        ++count;
    }
    if (count == 0) return "";
    return formatted("  %-20s %.3f (%d), least %.3f\n", memory_bound ? "memory-bound" : "compute-bound",
                     std::exp(sum / count), count, least);
}

}  // namespace

std::vector<std::string> groups(const Report& report) {
    std::vector<std::string> names;
    for (const Row& row : report.rows)
        if (std::find(names.begin(), names.end(), row.problem.group) == names.end()) names.push_back(row.problem.group);
    return names;
}

bool is_memory_bound(const Row& row) { return memory_seconds(row) > compute_seconds(row); }

double part_of_bound(const Row& row, double seconds) {
    return std::max(memory_seconds(row), compute_seconds(row)) / seconds;
}

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

std::optional<double> attainable_scaling(const Row& row) {
    if (!row.loop_scaling) return std::nullopt;
    const double alone =
        std::max(memory_seconds(row) * row.loop_scaling->moving, compute_seconds(row) * row.loop_scaling->fma);
    const double gain = alone / std::max(memory_seconds(row), compute_seconds(row));
    return std::min(gain, static_cast<double>(row.loop_scaling->threads));
}

std::optional<double> relative_scaling(const Row& row) {
    const auto gain = ratio(row, Contender::Role::single);
    const auto attainable = attainable_scaling(row);
    if (!gain || !attainable) return std::nullopt;
    return *gain / *attainable;
}

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

std::string table_head(const Report& report) {
    const std::string threads = report.threads == 1 ? "one thread" : std::to_string(report.threads) + " threads";
    std::string text = "CPU: " + report.cpu + "; " + threads + ", warm caches, medians of interleaved samples\n";
    for (const auto& [name, version] : report.versions) text += "  " + name + ": " + version + "\n";
    return text + formatted("\n  %-14s %11s %8s %8s %s\n", "", "us", "GF/s", "GB/s", "of bound");
}

std::string table_row(const Row& row) {
    std::string text = row.problem.label + formatted("   (%s: multiply-adds %.0f GF/s, moves %.0f GB/s)\n",
                                                     is_memory_bound(row) ? "memory-bound" : "compute-bound",
                                                     row.peak_gflops, row.move_gbps);
    for (const Entry& entry : row.entries) text += cell(row, entry);
    if (const auto r = ratio(row, Contender::Role::peer))
        text += formatted("  saku / best peer (%s): %.2f\n", best(row, Contender::Role::peer)->contender.c_str(), *r);
    if (const auto r = ratio(row, Contender::Role::plain)) text += formatted("  saku / plain C: %.1f\n", *r);
    return text + scaling_text(row) + shared_text(row);
}

std::string table_foot(const Report& report) {
    std::vector<std::string> names = groups(report);
    if (std::count_if(names.begin(), names.end(), [](const auto& name) { return name.starts_with("conv"); }) > 1)
        names.emplace_back("conv");
    std::string text = "\ngeometric means of the speed ratios (above 1: saku is faster)\n";
    for (const std::string& name : names) {
        const Mean peers = mean_ratio(report, name, Contender::Role::peer);
        const Mean plain = mean_ratio(report, name, Contender::Role::plain);
        text += formatted("  %-20s", name.c_str());
        text += peers.count == 0 ? " no ratio to peers" : formatted(" best peer %.3f (%d)", peers.value, peers.count);
        if (plain.count != 0) text += formatted("   plain C %.1f (%d)", plain.value, plain.count);
        text += "\n";
    }
    const std::string scaling = scaling_foot(report, false) + scaling_foot(report, true);
    if (!scaling.empty())
        text += "saku's gain from " + std::to_string(report.threads) +
                " threads, as a part of that of the loops: geometric means\n" + scaling;
    return text;
}

std::string cpu_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

}  // namespace saku::bench

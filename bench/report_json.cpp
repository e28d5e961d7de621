#include "base/json.h"
#include "bench/report.h"

namespace saku::bench {
namespace {

std::string role_name(Contender::Role role) {
    switch (role) {
        case Contender::Role::saku:
            return "saku";
        case Contender::Role::single:
            return "single";
        case Contender::Role::fixed:
            return "fixed";
        case Contender::Role::peer:
            return "peer";
        case Contender::Role::plain:
            return "plain";
    }
    return "";
}

Json entry_json(const Row& row, const Entry& entry) {
    Json item{{"name", entry.contender}, {"role", role_name(entry.role)}};
    if (entry.timing) {
        const double seconds = entry.timing->median;
        item.update(Json{{"seconds", seconds},
                         {"fastest_seconds", entry.timing->fastest},
                         {"slowest_seconds", entry.timing->slowest},
                         {"gflops", flops(row.problem) / seconds * 1e-9},
                         {"gbps", bytes(row.problem) / seconds * 1e-9},
                         {"percent_of_bound", 100 * part_of_bound(row, seconds)}});
    } else {
        item["failure"] = entry.failure;
    }
    if (!entry.note.empty()) item["note"] = entry.note;
    return item;
}

Json row_json(const Row& row) {
    Json result{{"op", ir::shorthand(row.problem.op)},
                {"label", row.problem.label},
                {"group", row.problem.group},
                {"count", row.problem.count},
                {"bound", is_memory_bound(row) ? "memory" : "compute"},
                {"peak_gflops", row.peak_gflops},
                {"copy_gbps", row.move_gbps},
                {"samples_retaken", row.shared.retaken},
                {"samples_disturbed", row.shared.counted},
                {"contenders", Json::array()}};
    for (const Entry& entry : row.entries) result["contenders"].push_back(entry_json(row, entry));
    if (const auto r = ratio(row, Contender::Role::peer)) result["ratio_to_best_peer"] = *r;
    if (const auto r = ratio(row, Contender::Role::plain)) result["ratio_to_plain"] = *r;
    if (const auto relative = relative_scaling(row)) {
        result["scaling"] = *ratio(row, Contender::Role::single);
        result["fma_scaling"] = row.loop_scaling->fma;
        result["copy_scaling"] = row.loop_scaling->moving;
        result["attainable_scaling"] = *attainable_scaling(row);
        result["relative_scaling"] = *relative;
    }
    return result;
}

}  // namespace

std::string to_json(const Report& report) {
    Json document{{"schema", 1}, {"kind", "benchmark"}, {"cpu", report.cpu}, {"threads", report.threads}};
    for (const auto& [name, version] : report.versions) document["versions"][name] = version;
    document["results"] = Json::array();
    for (const Row& row : report.rows) document["results"].push_back(row_json(row));
    for (const std::string& name : groups(report))
        if (const Mean mean = mean_ratio(report, name, Contender::Role::peer); mean.count != 0)
            document["summary"][name] = mean.value;
    return to_text(document);
}

}  // namespace saku::bench

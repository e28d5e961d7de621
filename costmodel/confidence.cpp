#include "costmodel/confidence.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/quantity.h"
#include "features/footprint.h"

namespace saku::costmodel {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

std::string counted_threads(int count) { return std::to_string(count) + (count == 1 ? " thread" : " threads"); }

/// Multiply-adds of one run.
double multiply_adds(const features::LoopTable& table) {
    std::vector<double> iterations;
    for (const features::Loop& loop : table.loops) {
        const double outer = loop.parent == features::no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        iterations.push_back(outer * loop.share * loop.trips);
    }
    double sum = 0;
    for (const features::Row& row : table.rows) {
        const double times = row.loop == features::no_loop ? 1 : iterations[static_cast<std::size_t>(row.loop)];
        sum += times * row.share * row.instances * row.active_lanes *
               row.operations[static_cast<std::size_t>(features::Arithmetic::fma)];
    }
    return sum;
}

/// Is hardly any element used twice?
bool has_no_reuse(const features::LoopTable& table, double working_set) {
    constexpr double element_bytes = 4;
    constexpr double uses_each = 1.5;
    const double products = multiply_adds(table);
    return products > 0 && products < uses_each * working_set / element_bytes;
}

/// What of the rows is new, each kind once.
std::vector<std::string> new_constructs(const features::LoopTable& table) {
    using features::Arithmetic;
    bool reduces = false;
    bool other_type = false;
    bool exponential = false;
    bool root = false;
    bool divisions = false;
    for (const features::Row& row : table.rows) {
        const auto uses = [&](Arithmetic each) { return row.operations[static_cast<std::size_t>(each)] > 0; };
        reduces = reduces || row.kind == features::RowKind::update;
        other_type = other_type || row.type != features::Element::f32;
        exponential = exponential || uses(Arithmetic::exponential);
        root = root || uses(Arithmetic::square_root);
        if (row.kind == features::RowKind::copy || row.kind == features::RowKind::prefetch) continue;
        for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
            divisions = divisions || table.accesses[static_cast<std::size_t>(a)].unresolved > 0;
        }
    }
    std::vector<std::string> found;
    if (!reduces) found.emplace_back("no reduction: sums, products and pools were checked");
    if (other_type) found.emplace_back("elements other than f32");
    if (exponential) found.emplace_back("exponentials");
    if (root) found.emplace_back("square roots");
    if (divisions) found.emplace_back("places worked out by divisions at each access");
    return found;
}

}  // namespace

const std::vector<std::string>& unchecked_kinds() {
    static const std::vector<std::string> kinds{"machine", "thread count", "residence", "working set", "construct"};
    return kinds;
}

std::optional<double> working_set_bytes(const features::LoopTable& table, const Model& model) {
    std::vector<double> trips;
    for (const features::Loop& loop : table.loops) trips.push_back(loop.trips);
    const auto footprints = std::make_unique<features::Footprints>();
    if (!features::measure_footprints(table, trips, model.units, *footprints)) return std::nullopt;
    return footprints->body_bytes[0][static_cast<std::size_t>(features::Grain::line)];
}

std::vector<Unchecked> unchecked(const features::LoopTable& table, const Model& model) {
    const Checked& checked = model.coefficients.checked;
    const std::vector<std::string>& kinds = unchecked_kinds();
    std::vector<Unchecked> found;
    if (std::find(checked.machines.begin(), checked.machines.end(), model.machine) == checked.machines.end())
        found.push_back({kinds[0], model.machine + ", checked on " + joined(checked.machines)});
    if (model.threads > checked.threads)
        found.push_back({kinds[1], counted_threads(model.threads) + ", checked with " +
                                       (checked.threads == 1 ? "" : "at most ") + std::to_string(checked.threads)});
    if (model.residence != features::Residence::warm)
        found.push_back({kinds[2], "cold caches, checked with warm ones"});
    const std::optional<double> bytes = working_set_bytes(table, model);
    if (bytes) {
        const std::string range =
            ", checked from " + bytes_text(checked.working_set_from) + " to " + bytes_text(checked.working_set_until);
        if (*bytes < checked.working_set_from || *bytes > checked.working_set_until)
            found.push_back({kinds[3], bytes_text(*bytes) + range});
    }
    for (const std::string& construct : new_constructs(table)) found.push_back({kinds[4], construct});
    if (bytes && has_no_reuse(table, *bytes))
        found.push_back(
            {kinds[4], "products of which each uses new elements, as of a matrix and a vector: ranked badly"});
    return found;
}

bool is_tie(double margin, const Checked& checked) { return std::abs(margin) < checked.distinguishable; }

}  // namespace saku::costmodel

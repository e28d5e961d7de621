#include "costmodel/coefficients.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/embedded.h"
#include "base/json.h"

namespace saku::costmodel {

namespace {

constexpr double most = 1e6;

Edge edge(const JsonCursor& cursor) {
    const Edge read{.until = cursor.member("until").number(0, most), .from = cursor.member("from").number(0, most)};
    if (read.from < read.until) cursor.complain("\"from\" is smaller than \"until\"");
    return read;
}

void read_source(const JsonCursor& group) {
    static_cast<void>(group.member("source").text("where the numbers come from"));
}

/// A power of two.
int norm_power(const JsonCursor& cursor, int largest, const char* all) {
    const int power = cursor.integer<int>(2, largest);
    if (!std::has_single_bit(static_cast<unsigned>(power))) cursor.expected(all);
    return power;
}

void read_fit(const JsonCursor& fit, Coefficients& read) {
    read.cache_fit = {edge(fit.member("l1")), edge(fit.member("l2")), edge(fit.member("l3"))};
    read.tlb_fit = edge(fit.member("tlb"));
    read_source(fit);
}

void read_collisions(const JsonCursor& collisions, Coefficients& read) {
    read.collisions = edge(collisions.member("ways"));
    const JsonCursor weight = collisions.member("weight");
    read.collision_weight = {weight.member("l1").number(0, 1), weight.member("l2").number(0, 1)};
    read_source(collisions);
}

void read_core(const JsonCursor& core, Coefficients& read) {
    read.memory_port_efficiency = core.member("memory_port_efficiency").number(0.1, 1);
    read.loop_overhead_uops = core.member("loop_overhead_uops").number(0, 100);
    read.outer_iteration_uops = core.member("outer_iteration_uops").number(0, 1000);
    read.outer_iteration_cycles = core.member("outer_iteration_cycles").number(0, 100);
    read.predictable_trips = edge(core.member("predictable_trips"));
    read.sums_begun_early = core.member("sums_begun_early").number(1, 1e6);
    read.sums_seen_ahead = core.member("sums_seen_ahead").number(0, 1);
    read.spill_cycles = core.member("spill_cycles").number(0, 100);
    read.unresolved_cycles = core.member("unresolved_cycles").number(0, 1000);
    read.exponential_fmas = core.member("exponential_fmas").number(0, 1000);
    read_source(core);
}

void read_refill(const JsonCursor& refill, Coefficients& read) {
    read.refill = {refill.member("l1").number(0, 100), refill.member("l2").number(0, 100),
                   refill.member("l3").number(0, 100)};
    read.tlb_miss = refill.member("tlb_miss").number(0, 100);
    read_source(refill);
}

void read_straight_code(const JsonCursor& straight, Coefficients& read) {
    read.straight_from = straight.member("from_vectors").number(1, most);
    read.straight_doubling = straight.member("each_doubling").number(0, 100);
    read_source(straight);
}

void read_rows(const JsonCursor& rows, Coefficients& read) {
    read.rows_refill = rows.member("refill").number(0, 100);
    read_source(rows);
}

void read_bursts(const JsonCursor& bursts, Coefficients& read) {
    read.burst_window = bursts.member("reorder_buffers").number(0, most);
    read_source(bursts);
}

void read_crowded_sets(const JsonCursor& sets, Coefficients& read) {
    read.crowded_cycles = sets.member("write_cycles").number(0, 1000);
    read_source(sets);
}

void read_prefetch(const JsonCursor& prefetch, Coefficients& read) {
    read.prefetched_refill = prefetch.member("refill").number(0, 1);
    const JsonCursor ahead = prefetch.member("ahead_lines");
    read.prefetch_ahead = {.until = ahead.member("until").number(0, most),
                           .from = ahead.member("from").number(0, most)};
    read.prefetch_beyond = prefetch.member("beyond_l2_sizes").number(0, most);
    read.prefetch_burst = prefetch.member("burst_lines").number(0, most);
    read_source(prefetch);
}

Judged read_judged(const JsonCursor& figure) {
    return {.shipped = figure.member("shipped").number(-1, 1),
            .operator_left_out = figure.member("operator_left_out").number(-1, 1),
            .family_left_out = figure.member("family_left_out").number(-1, 1)};
}

/// Does the pointer name a number, or an edge?
bool names_coefficient(const std::string& pointer, const Json& document) {
    if (!pointer.starts_with('/') || pointer.find('~') != std::string::npos) return false;
    const Json::json_pointer place(pointer);
    return document.contains(place) && (document[place].is_number() || document[place].contains("until"));
}

/// `document` is what the pointers point into.
FittedOn read_fitted(const JsonCursor& fitted, const Json& document) {
    FittedOn read;
    for (const JsonCursor& item : fitted.member("coefficients").items(1)) {
        const std::string what = "a JSON pointer to a coefficient";
        read.coefficients.push_back(item.text(what));
        const bool is_text = !read.coefficients.back().empty();
        if (is_text && !names_coefficient(read.coefficients.back(), document)) item.expected(what);
    }
    read.operators = fitted.member("operators").integer<int>(1, 1000000);
    read.families = fitted.member("families").integer<int>(1, 1000000);
    read.spearman = read_judged(fitted.member("spearman"));
    read.best_quartile = read_judged(fitted.member("best_quartile"));
    read.top1 = read_judged(fitted.member("top1"));
    read_source(fitted);
    return read;
}

Checked read_checked(const JsonCursor& checked) {
    constexpr double most_bytes = 1e15;
    Checked read;
    for (const JsonCursor& machine : checked.member("machines").items(1))
        read.machines.push_back(machine.text("a machine's name"));
    read.threads = checked.member("threads").integer<int>(1, 1024);
    const JsonCursor bytes = checked.member("working_set_bytes");
    read.working_set_from = bytes.member("from").number(0, most_bytes);
    read.working_set_until = bytes.member("until").number(0, most_bytes);
    read.distinguishable = checked.member("distinguishable").number(0, 1);
    read.median_error = checked.member("median_error").number(0, 10);
    read_source(checked);
    return read;
}

}  // namespace

Result<Coefficients> coefficients_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file));
    JsonReader reader(file, json);
    const JsonCursor root = reader.root();
    root.header("coefficients", 1);
    Coefficients read;
    const JsonCursor composition = root.member("composition");
    read.norm_power = norm_power(composition.member("norm_power"), 8, "2, 4 or 8");
    read.waiting_power = norm_power(composition.member("waiting_power"), 8, "2, 4 or 8");
    read.port_power = norm_power(composition.member("port_power"), 32, "2, 4, 8, 16 or 32");
    read_source(composition);
    read_fit(root.member("cache_fit"), read);
    read_collisions(root.member("collisions"), read);
    read_core(root.member("core"), read);
    read_refill(root.member("refill"), read);
    read_straight_code(root.member("straight_code"), read);
    read_rows(root.member("rows"), read);
    read_bursts(root.member("bursts"), read);
    read_crowded_sets(root.member("crowded_sets"), read);
    read_prefetch(root.member("prefetch"), read);
    read.fitted_on = read_fitted(root.member("fitted"), json);
    read.checked = read_checked(root.member("checked"));
    SAKU_TRY_DONE(reader.finish());
    return read;
}

std::string built_in_coefficients_text() {
    const auto files = embedded_costmodel();
    const auto place = std::find_if(files.begin(), files.end(),
                                    [](const EmbeddedFile& file) { return file.name == "coefficients.json"; });
    SAKU_CHECK(place != files.end(), "coefficients.json is part of the program");
    return std::string(place->text);
}

Result<Coefficients> built_in_coefficients() {
    return coefficients_from_json(built_in_coefficients_text(), "coefficients.json");
}

}  // namespace saku::costmodel

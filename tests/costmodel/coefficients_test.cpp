// The model's coefficients as a file: what is read, and every way in which a file can be wrong.
#include "costmodel/coefficients.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "tests/costmodel/pricing.h"

namespace saku::tests {

namespace {

Json shipped() {
    const Result<std::string> text = read_file(std::string(SAKU_SOURCE_DIR) + "/costmodel/coefficients.json");
    REQUIRE(text.ok());
    return value_of(parse_json(*text, "coefficients.json"));
}

/// What is wrong with the shipped file when the value at the pointer is another (JSON), or gone (empty).
std::string problem_after(const std::string& pointer, const std::string& value) {
    Json json = shipped();
    const Json::json_pointer place(pointer);
    if (value.empty()) {
        json[place.parent_pointer()].erase(place.back());
    } else {
        json[place] = value_of(parse_json(value, "value"));
    }
    const auto read = costmodel::coefficients_from_json(to_text(json), "c.json");
    return read.ok() ? "" : read.error().text();
}

struct Field {
    const char* pointer;
    const char* low;   ///< JSON of a value just below the range
    const char* high;  ///< and above
    const char* range;
};

const Field fields[] = {
    {"/composition/norm_power", "1", "9", "an integer from 2 to 8"},
    {"/composition/waiting_power", "1", "9", "an integer from 2 to 8"},
    {"/composition/port_power", "1", "33", "an integer from 2 to 32"},
    {"/cache_fit/l1/until", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/l1/from", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/l2/until", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/l2/from", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/l3/until", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/l3/from", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/tlb/until", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/cache_fit/tlb/from", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/collisions/ways/until", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/collisions/ways/from", "-0.1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/collisions/weight/l1", "-0.1", "1.1", "a number from 0.0 to 1.0"},
    {"/collisions/weight/l2", "-0.1", "1.1", "a number from 0.0 to 1.0"},
    {"/core/memory_port_efficiency", "0.05", "1.1", "a number from 0.1 to 1.0"},
    {"/core/loop_overhead_uops", "-1", "101", "a number from 0.0 to 100.0"},
    {"/core/outer_iteration_uops", "-1", "1001", "a number from 0.0 to 1000.0"},
    {"/core/outer_iteration_cycles", "-1", "101", "a number from 0.0 to 100.0"},
    {"/core/predictable_trips/until", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/core/predictable_trips/from", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/core/sums_begun_early", "0.5", "10000000", "a number from 1.0 to 1000000.0"},
    {"/core/sums_seen_ahead", "-0.1", "1.1", "a number from 0.0 to 1.0"},
    {"/core/spill_cycles", "-1", "101", "a number from 0.0 to 100.0"},
    {"/core/unresolved_cycles", "-1", "1001", "a number from 0.0 to 1000.0"},
    {"/core/exponential_fmas", "-1", "1001", "a number from 0.0 to 1000.0"},
    {"/refill/l1", "-1", "101", "a number from 0.0 to 100.0"},
    {"/refill/l2", "-1", "101", "a number from 0.0 to 100.0"},
    {"/refill/l3", "-1", "101", "a number from 0.0 to 100.0"},
    {"/refill/tlb_miss", "-1", "101", "a number from 0.0 to 100.0"},
    {"/rows/refill", "-1", "101", "a number from 0.0 to 100.0"},
    {"/bursts/reorder_buffers", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/crowded_sets/write_cycles", "-1", "1001", "a number from 0.0 to 1000.0"},
    {"/straight_code/from_vectors", "0", "1000001", "a number from 1.0 to 1000000.0"},
    {"/straight_code/each_doubling", "-1", "101", "a number from 0.0 to 100.0"},
    {"/prefetch/refill", "-0.1", "1.1", "a number from 0.0 to 1.0"},
    {"/prefetch/ahead_lines/from", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/prefetch/ahead_lines/until", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/prefetch/burst_lines", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/prefetch/beyond_l2_sizes", "-1", "1000001", "a number from 0.0 to 1000000.0"},
    {"/fitted/operators", "0", "1000001", "an integer from 1 to 1000000"},
    {"/fitted/families", "0", "1000001", "an integer from 1 to 1000000"},
    {"/fitted/spearman/shipped", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/spearman/operator_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/spearman/family_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/best_quartile/shipped", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/best_quartile/operator_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/best_quartile/family_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/top1/shipped", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/top1/operator_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/fitted/top1/family_left_out", "-1.1", "1.1", "a number from -1.0 to 1.0"},
    {"/checked/threads", "0", "1025", "an integer from 1 to 1024"},
    {"/checked/working_set_bytes/from", "-1", "1e+16", "a number from 0.0 to 1e+15"},
    {"/checked/working_set_bytes/until", "-1", "1e+16", "a number from 0.0 to 1e+15"},
    {"/checked/distinguishable", "-0.1", "1.1", "a number from 0.0 to 1.0"},
    {"/checked/median_error", "-0.1", "11", "a number from 0.0 to 10.0"},
};

/// Pointers to all numbers of the document.
void list_numbers(const Json& json, const std::string& pointer, std::vector<std::string>& found) {
    if (json.is_number()) found.push_back(pointer);
    if (!json.is_object()) return;
    for (const auto& [key, value] : json.items()) list_numbers(value, pointer + "/" + key, found);
}

}  // namespace

TEST_CASE("the shipped coefficients are those of the file") {
    const auto read = costmodel::coefficients_from_json(to_text(shipped()), "coefficients.json");
    CHECK(value_of(read) == value_of(costmodel::built_in_coefficients()));
}

TEST_CASE("each field of the coefficients: out of range, of another type, missing") {
    for (const Field& field : fields) {
        INFO(std::string(field.pointer));
        const std::string place = std::string("c.json#") + field.pointer + ": ";
        const std::string expected = std::string(", expected ") + field.range;
        CHECK(problem_after(field.pointer, field.low) == place + "found " + field.low + expected);
        CHECK(problem_after(field.pointer, field.high) == place + "found " + field.high + expected);
        CHECK(problem_after(field.pointer, "\"7\"") == place + "found \"7\"" + expected);
        CHECK(problem_after(field.pointer, "") == place + "missing" + expected);
    }
    std::vector<std::string> numbers;
    list_numbers(shipped(), "", numbers);
    for (const std::string& pointer : numbers) {
        const bool listed = std::any_of(std::begin(fields), std::end(fields),
                                        [&](const Field& field) { return pointer == field.pointer; });
        CHECK_MESSAGE((listed || pointer == "/schema"), pointer, " is not in the table above");
    }
}

TEST_CASE("coefficients: groups, headers, sources, edges and misspelt keys") {
    struct Damage {
        const char* pointer;
        const char* value;
        const char* problem;
    };
    const Damage damages[] = {
        {"/schema", "2", "c.json#/schema: found 2, expected 1"},
        {"/schema", "", "c.json#/schema: missing, expected 1"},
        {"/kind", "\"machine\"", "c.json#/kind: found \"machine\", expected \"coefficients\""},
        {"/core", "3", "c.json#/core: found 3, expected an object"},
        {"/core", "", "c.json#/core: missing, expected an object"},
        {"/core/source", "\"\"", "c.json#/core/source: found \"\", expected where the numbers come from"},
        {"/refill/source", "", "c.json#/refill/source: missing, expected where the numbers come from"},
        {"/cache_fit/l1", "[0.5, 1]", "c.json#/cache_fit/l1: found an array of 2, expected an object"},
        {"/cache_fit/l1/until", "2.5", "c.json#/cache_fit/l1: \"from\" is smaller than \"until\""},
        {"/composition/norm_power", "3", "c.json#/composition/norm_power: found 3, expected 2, 4 or 8"},
        {"/composition/port_power", "12", "c.json#/composition/port_power: found 12, expected 2, 4, 8, 16 or 32"},
        {"/composition/norm_power", "2.5",
         "c.json#/composition/norm_power: found 2.5, expected an integer from 2 to 8"},
        {"/refill/l4", "1", "c.json#/refill/l4: unknown key, expected one of l1, l2, l3, source, tlb_miss"},
        {"/extra", "1",
         "c.json#/extra: unknown key, expected one of bursts, cache_fit, checked, collisions, composition, core, "
         "crowded_sets, "
         "fitted, kind, "
         "prefetch, "
         "refill, rows, schema, straight_code"},
        {"/fitted/coefficients", "[]",
         "c.json#/fitted/coefficients: found an array of 0, expected an array of at least 1"},
        {"/fitted/coefficients/0", "3",
         "c.json#/fitted/coefficients/0: found 3, expected a JSON pointer to a coefficient"},
        {"/fitted/coefficients/0", "\"\"",
         "c.json#/fitted/coefficients/0: found \"\", expected a JSON pointer to a coefficient"},
        {"/fitted/coefficients/0", "\"/refill/l4\"",
         "c.json#/fitted/coefficients/0: found \"/refill/l4\", expected a JSON pointer to a coefficient"},
        {"/fitted/coefficients/0", "\"/refill/source\"",
         "c.json#/fitted/coefficients/0: found \"/refill/source\", expected a JSON pointer to a coefficient"},
        {"/fitted/coefficients/0", "\"refill~\"",
         "c.json#/fitted/coefficients/0: found \"refill~\", expected a JSON pointer to a coefficient"},
        {"/fitted/source", "", "c.json#/fitted/source: missing, expected where the numbers come from"},
        {"/checked/machines", "[]", "c.json#/checked/machines: found an array of 0, expected an array of at least 1"},
    };
    for (const Damage& damage : damages) {
        INFO(std::string(damage.pointer));
        CHECK(problem_after(damage.pointer, damage.value) == std::string(damage.problem));
    }
    CHECK(problem_after("/refill/l1", "1") == "");
}

TEST_CASE("coefficients that are no JSON") {
    for (const char* text : {"", "{", "[]", "null", "{\"schema\": 1,}", "\xff"}) {
        INFO(std::string(text));
        const auto read = costmodel::coefficients_from_json(text, "c.json");
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().text().starts_with("c.json"));
    }
}

}  // namespace saku::tests

#include "tuner/record.h"

#include <doctest/doctest.h>

#include <functional>

#include "tests/tuner/operators.h"

namespace saku::tuner {

namespace {

TuneResult tuned() {
    auto result = tune(tests::operator_named("matmul:m=9,n=20,k=7"), tests::machine_named("zen5"),
                       {.candidates = 40, .emit_assembly = true});
    REQUIRE(result.ok());
    return std::move(*result);
}

Json record_of(const TuneResult& result) {
    return record_json({.op = result.op,
                        .machine = result.target,
                        .threads = result.threads,
                        .residence = result.residence,
                        .name = result.name,
                        .best = result.top.front(),
                        .inner_loops = result.inner_loops,
                        .versions = {.saku = "1", .llvm = "2"}});
}

StoredSchedule read(const Json& record) {
    const auto stored = stored_schedule_from(saku::to_text(record), "record.json");
    REQUIRE_MESSAGE(stored.ok(), (stored.ok() ? std::string() : stored.error().text()));
    return *stored;
}

}  // namespace

TEST_CASE("a record that is read back finds nothing changed, and each change by itself") {
    const TuneResult result = tuned();
    REQUIRE_FALSE(result.inner_loops.empty());
    const Json record = record_of(result);
    CHECK(record["schema"] == 3);
    CHECK(record["residence"] == "warm");
    REQUIRE(record["code"]["inner_loops"].size() == result.inner_loops.size());
    CHECK(differences(result, read(record)).empty());

    struct Change {
        std::function<void(StoredSchedule&)> make;
        std::vector<std::string> found;  ///< how each difference begins
    };
    const std::vector<Change> table{
        {[](StoredSchedule& s) { s.machine = "haswell"; }, {"machine: was haswell, is zen5"}},
        {[](StoredSchedule& s) { s.threads = 7; }, {"threads: was 7, is 1"}},
        {[](StoredSchedule& s) { s.residence = features::Residence::cold; }, {"residence: was cold, is warm"}},
        {[](StoredSchedule& s) { s.op = "relu:n=1"; }, {"operator: was relu:n=1, is matmul:m=9,n=20,k=7"}},
        {[](StoredSchedule& s) { s.predicted_seconds = 1.5; }, {"predicted time: was 1.5 s, is "}},
        {[](StoredSchedule& s) { s.schedule = {}; }, {"schedule: steps that went (-) and came (+)\n  + "}},
        {[](StoredSchedule& s) { s.schedule.steps.pop_back(); }, {"schedule: steps that went (-) and came (+)\n  + "}},
        {[](StoredSchedule& s) { s.schedule.steps.push_back(s.schedule.steps.front()); },
         {"schedule: steps that went (-) and came (+)\n  - "}},
        {[](StoredSchedule& s) {
             s.threads = 7;
             s.machine = "haswell";
         },
         {"machine: was haswell, is zen5", "threads: was 7, is 1"}},
        {[](StoredSchedule& s) { (*s.inner_loops)[0].multiply_adds += 3; }, {"inner loop 1, multiply_adds: was "}},
        {[](StoredSchedule& s) { s.inner_loops->pop_back(); }, {"number of inner loops: was "}},
        {[](StoredSchedule& s) {
             s.predicted_seconds = 1.5;
             s.inner_loops->back().instructions += 1;
         },
         {"predicted time: was ", "inner loop "}},
        {[](StoredSchedule& s) {  // a schedule by itself
             s = {.schedule = s.schedule,
                  .op = {},
                  .machine = {},
                  .name = {},
                  .threads = {},
                  .residence = {},
                  .predicted_seconds = {},
                  .inner_loops = {}};
         },
         {}},
    };
    for (const Change& change : table) {
        StoredSchedule stored = read(record);
        change.make(stored);
        const std::vector<Changed> found = differences(result, stored);
        REQUIRE(found.size() == change.found.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::string text = to_text(found[i]);
            CHECK_MESSAGE(text.starts_with(change.found[i]), text);
        }
    }
}

TEST_CASE("records of schema 1 have no counts, those of schema 2 must; residence is new in schema 3") {
    const TuneResult result = tuned();
    Json old = record_of(result);
    old["schema"] = 2;
    old.erase("residence");
    CHECK(read(old).residence == features::Residence::warm);
    CHECK(differences(result, read(old)).empty());
    old["schema"] = 1;
    old.erase("code");
    CHECK_FALSE(read(old).inner_loops.has_value());
    CHECK(differences(result, read(old)).empty());
    const std::vector<std::pair<std::function<void(Json&)>, std::string>> table{
        {[](Json& r) { r.erase("code"); }, "record.json#/code: missing, expected an object"},
        {[](Json& r) { r["schema"] = 1; }, "record.json#/residence: unknown key, expected one of "},
        {[](Json& r) { r["schema"] = 2; }, "record.json#/residence: unknown key, expected one of "},
        {[](Json& r) { r["schema"] = 4; }, "record.json#/schema: found 4, expected an integer from 1 to 3"},
        {[](Json& r) { r.erase("residence"); }, "record.json#/residence: missing, expected one of warm, cold"},
        {[](Json& r) { r["residence"] = "hot"; }, "record.json#/residence: found \"hot\", expected one of warm, cold"},
        {[](Json& r) { r["code"]["inner_loops"][0]["x"] = 1; },
         "record.json#/code/inner_loops/0/x: unknown key, expected one of "},
        {[](Json& r) { r["code"]["inner_loops"][0]["broadcasts"] = -1; },
         "record.json#/code/inner_loops/0/broadcasts: found -1, expected "},
        {[](Json& r) { r["code"]["inner_loops"] = 3; }, "record.json#/code/inner_loops: found 3, expected "},
    };
    for (const auto& [damage, message] : table) {
        Json record = record_of(result);
        damage(record);
        const auto stored = stored_schedule_from(saku::to_text(record), "record.json");
        REQUIRE_FALSE(stored.ok());
        CHECK(stored.error().text().substr(0, message.size()) == message);
    }
}

}  // namespace saku::tuner

#include "targets/machine_file.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/random.h"

namespace saku::targets {
namespace {

/// A shipped machine, to be damaged.
Json document(const std::string& name) {
    const Result<std::string> text = machine_json(name);
    REQUIRE(text.ok());
    Result<Json> json = parse_json(*text, name + ".json");
    REQUIRE(json.ok());
    return std::move(*json);
}

std::vector<std::string> problems_of(const std::string& text, const std::string& file) {
    std::vector<std::string> texts;
    for (const Error& error : machine_problems(text, file)) texts.push_back(error.text());
    const Result<Machine> machine = machine_from_json(text, file);
    CHECK(machine.ok() == texts.empty());
    if (!machine && !texts.empty()) CHECK(machine.error().text() == texts.front());
    return texts;
}

/// The problems of Zen 5's file after one change: a value placed at a JSON pointer, or the place removed.
struct Change {
    std::string pointer;
    std::string value;  ///< JSON; empty: remove
    std::vector<std::string> problems;
};

std::string lines(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts) joined += text + "\n";
    return joined;
}

std::vector<std::string> problems_after(const std::string& machine, const Change& change) {
    Json json = document(machine);
    const Json::json_pointer place(change.pointer);
    if (change.value.empty()) {
        Json& parent = json[place.parent_pointer()];
        if (parent.is_array())
            parent.erase(std::stoul(place.back()));
        else
            parent.erase(place.back());
    } else {
        json[place] = *parse_json(change.value, "value");
    }
    return problems_of(to_text(json), "m.json");
}

void check_changes(const std::string& machine, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
        CAPTURE(change.pointer);
        CAPTURE(change.value);
        CHECK(lines(problems_after(machine, change)) == lines(change.problems));
    }
}

TEST_CASE("documents of the wrong shape") {
    check_changes(
        "zen5",
        {
            {"/kind", "\"schedule\"", {"m.json#/kind: found \"schedule\", expected \"machine\""}},
            {"/schema", "2", {"m.json#/schema: found 2, expected 1"}},
            {"/schema", "", {"m.json#/schema: missing, expected 1"}},
            {"/name", "\"\"", {"m.json#/name: found \"\", expected the machine's name"}},
            {"/colour",
             "1",
             {"m.json#/colour: unknown key, expected one of aliases, caches, clock, codegen, core, description, kind, "
              "memory, name, ops, peak, ports, prefetch, recognition, schema, tlb, topology, vector"}},
            {"/aliases", "[\"a\", \"a\"]", {"m.json#/aliases/1: \"a\" appears twice"}},
            {"/clock/source", "", {"m.json#/clock/source: missing, expected where the numbers come from"}},
            {"/clock", "", {"m.json#/clock: missing, expected an object"}},
            {"/clock/ghz", "-1", {"m.json#/clock/ghz: found -1, expected a number from 0.01 to 100.0"}},
            {"/core/rob_entries", "0", {"m.json#/core/rob_entries: found 0, expected an integer from 1 to 65536"}},
            {"/core/rob_entries",
             "448.5",
             {"m.json#/core/rob_entries: found 448.5, expected an integer from 1 to 65536"}},
            {"/vector/masks", "1", {"m.json#/vector/masks: found 1, expected true or false"}},
            {"/caches/1/ways", "-3", {"m.json#/caches/1/ways: found -3, expected an integer from 1 to 1024"}},
            {"/caches/0/load_bytes_per_cycle",
             "0",
             {"m.json#/caches/0/load_bytes_per_cycle: found 0, expected a positive number"}},
            {"/caches/0/color",
             "1",
             {"m.json#/caches/0/color: unknown key, expected one of bandwidth_by_working_set, "
              "collision_ways, crowded_write_cycles, effective_bytes_per_core, latency_cycles, level, line_bytes, "
              "load_bytes_per_cycle, "
              "overlaps_compute, "
              "shared_by_cores, size_bytes, source, store_bytes_per_cycle, victim, ways"}},
            {"/caches", "{}", {"m.json#/caches: found an object, expected an array of 1 to 8"}},
            {"/caches", "[]", {"m.json#/caches: found an array of 0, expected an array of 1 to 8"}},
            {"/caches/2/bandwidth_by_working_set/0",
             "[1]",
             {"m.json#/caches/2/bandwidth_by_working_set/0: found an array of 1, expected an array of 2"}},
            {"/recognition/models/0",
             "[26, 2]",
             {"m.json#/recognition/models/0: found an array of 2, expected an array of 3"}},
            {"/peak", "[]", {"m.json#/peak: found an array of 0, expected an object"}},
        });
}

TEST_CASE("operations and ports") {
    const std::string fma = R"({"op": "fma", "type": "f32", "bits": 512, "latency_cycles": 4, "source": "s", )";
    check_changes(
        "zen5",
        {
            {"/ports/names/18", "\"FP0\"", {"m.json#/ports/names/18: \"FP0\" appears twice"}},
            {"/ops/0/op",
             "\"fmadd\"",
             {"m.json#/ops/0/op: found \"fmadd\", expected one of fma, add, mul, div, sqrt, max, round, logic, "
              "compare, "
              "select, shuffle, permute, broadcast, convert, extract, dot, tile, load, store, gather, mask, branch, "
              "prefetch, load_broadcast, load_masked, store_masked, scalar_int, scalar_mul"}},
            {"/ops/0/type",
             "\"f16\"",
             {"m.json#/ops/0/type: found \"f16\", expected one of any, f32, f64, bf16, i8, u8, i32, i64"}},
            {"/ops/0/uops",
             "[[1, [\"FP0\", \"FP7\"]]]",
             {"m.json#/ops/0/uops/0/1/1: unknown port \"FP7\", expected one of #/ports/names"}},
            {"/ops/0/uops", "[[1, [\"FP0\", \"FP0\"]]]", {"m.json#/ops/0/uops/0/1/1: port \"FP0\" appears twice"}},
            {"/ops/0/uops", "[[1, []]]", {"m.json#/ops/0/uops/0/1: found an array of 0, expected an array of 1 to 32"}},
            {"/ops/0/uops",
             "[[0, [\"FP0\"]]]",
             {"m.json#/ops/0/uops/0/0: found 0, expected an integer from 1 to 65536"}},
            {"/ops/0/uops", "[]", {"m.json#/ops/0/uops: found an array of 0, expected an array of 1 to 8"}},
            {"/ops/0/latency_cycles",
             "-1",
             {"m.json#/ops/0/latency_cycles: found -1, expected a number from 0.0 to 1000000.0"}},
            {"/ops/1",
             fma + R"("uops": [[1, ["FP0", "FP1"]]]})",
             {"m.json#/ops/1: operation fma f32 of 512 bits is listed twice"}},
            {"/ops/1", "", {"m.json#/ops: missing operation fma f32 of 32 bits"}},
            {"/ops/0/bits",
             "[128, 256, 512, 1024]",
             {"m.json#/ops: operation fma f32 of 1024 bits is wider than vector/bits, 512",
              "m.json#/ops: operation fma f64 of 1024 bits is wider than vector/bits, 512"}},
            {"/peak/f32_flops_per_cycle",
             "32",
             {"m.json#/peak/f32_flops_per_cycle: found 32, expected 64.0: 2 x 16 lanes, one f32 fma every 0.5 cycles "
              "by "
              "its ports"}},
            {"/ops/0/uops",
             "[[1, [\"FP0\"]]]",
             {"m.json#/peak/f32_flops_per_cycle: found 64, expected 32.0: 2 x 16 lanes, one f32 fma every 1.0 cycles "
              "by "
              "its ports"}},
        });
}

TEST_CASE("facts that contradict each other") {
    check_changes(
        "zen5",
        {
            {"/caches/0/level", "2", {"m.json#/caches/0/level: found 2, expected 1: levels in order"}},
            {"/caches/0/size_bytes",
             "49153",
             {"m.json#/caches/0/size_bytes: found 49153, expected a multiple of ways x line_bytes, 768, so that the "
              "number of sets is whole"}},
            {"/caches/1/size_bytes",
             "32768",
             {"m.json#/caches/1/size_bytes: found 32768, expected more than level 1 has, 49152"}},
            {"/caches/1/line_bytes",
             "128",
             {"m.json#/caches/1/line_bytes: found 128, expected the same as level 1, 64",
              "m.json#/caches/2/line_bytes: found 64, expected the same as level 2, 128"}},
            {"/caches/1/latency_cycles",
             "4",
             {"m.json#/caches/1/latency_cycles: found 4, expected more than level 1 has, 4.0"}},
            {"/caches/0/shared_by_cores",
             "2",
             {"m.json#/caches/1/shared_by_cores: found 1, expected at least as many as level 1, 2"}},
            {"/caches/2/effective_bytes_per_core",
             "67108864",
             {"m.json#/caches/2/effective_bytes_per_core: found 67108864, expected at most size_bytes, 33554432"}},
            {"/caches/2/bandwidth_by_working_set",
             "[[4096, 9], [4096, 8]]",
             {"m.json#/caches/2/bandwidth_by_working_set/1: expected working sets in ascending order"}},
            {"/caches/0/collision_ways",
             "[1.5, 1]",
             {"m.json#/caches/0/collision_ways/1: found 1, expected more than the first, 1.5"}},
            {"/caches/0/collision_ways",
             "[1]",
             {"m.json#/caches/0/collision_ways: found an array of 1, expected an array of 2"}},
            {"/prefetch/software_refill",
             "0.9",
             {"m.json#/prefetch/software_refill: found 0.9, expected an array of 1 to 16"}},
            {"/prefetch/software_refill",
             "[[8, 1], [16, 0]]",
             {"m.json#/prefetch/software_refill/1/1: found 0, expected a number from 0.1 to 10.0"}},
            {"/prefetch/software_refill",
             "[[8, 1], [8, 2]]",
             {"m.json#/prefetch/software_refill/1/0: expected numbers of lines in ascending order"}},
            {"/core/waiting_power", "12", {"m.json#/core/waiting_power: found 12, expected 2, 4, 8, 16 or 32"}},
            {"/caches/0/crowded_write_cycles",
             "-1",
             {"m.json#/caches/0/crowded_write_cycles: found -1, expected a number from 0.0 to 1000.0"}},
            {"/prefetch/straight_doubling",
             "-1",
             {"m.json#/prefetch/straight_doubling: found -1, expected a number from 0.0 to 10.0"}},
            {"/prefetch/rows_refill",
             "true",
             {"m.json#/prefetch/rows_refill: found true, expected a number from 0.0 to 10.0"}},
            {"/memory/latency_cycles",
             "40",
             {"m.json#/memory/latency_cycles: found 40, expected more than the last cache has, 52.0"}},
            {"/memory/socket_bytes_per_cycle",
             "1",
             {"m.json#/memory/socket_bytes_per_cycle: found 1, expected at least load_bytes_per_cycle of one core, "
              "10.0"}},
            {"/tlb/1/entries", "96", {"m.json#/tlb/1/entries: found 96, expected more than level 1 has, 96"}},
            {"/tlb/0/page_bytes", "5000", {"m.json#/tlb/0/page_bytes: found 5000, expected a power of two"}},
            {"/vector/registers", "64", {"m.json#/vector/registers: found 64, expected at most 32 here"}},
            {"/codegen/prefer_vector_bits",
             "1024",
             {"m.json#/codegen/prefer_vector_bits: found 1024, expected at most vector/bits, 512"}},
            {"/codegen/features",
             "\"avx2,+fma\"",
             {"m.json#/codegen/features: \"avx2\", expected +name or -name between commas"}},
            {"/codegen/triple",
             "\"sparc-sun-solaris\"",
             {"m.json#/codegen/triple: found \"sparc-sun-solaris\", expected a triple that begins with x86_64, "
              "aarch64, "
              "arm64 or riscv64",
              "m.json#/vector/masks: found true, expected false: masks need +sve in codegen/features",
              "m.json#/vector/memory_broadcast: found true, expected false: broadcasts from memory need x86 vectors of "
              "512 bits",
              "m.json#/recognition/architecture: found \"x86_64\", expected the triple's, \"sparc\""}},
        });
    check_changes("haswell",
                  {
                      {"/vector/masks",
                       "true",
                       {"m.json#/vector/masks: found true, expected false: masks need vectors of 512 bits"}},
                      {"/vector/registers", "32", {"m.json#/vector/registers: found 32, expected at most 16 here"}},
                  });
}

TEST_CASE("several problems are all listed") {
    Json json = document("zen5");
    json["clock"]["ghz"] = 0;
    json["caches"][0]["ways"] = "many";
    CHECK(problems_of(to_text(json), "m.json") ==
          std::vector<std::string>{"m.json#/clock/ghz: found 0, expected a number from 0.01 to 100.0",
                                   "m.json#/caches/0/ways: found \"many\", expected an integer from 1 to 1024"});
}

TEST_CASE("a machine that extends another is a merge patch on it") {
    const std::string text = R"({"kind": "machine", "schema": 1, "name": "mine", "extends": "turin",
        "description": "mine", "clock": {"ghz": 3, "source": "mine"},
        "recognition": null, "core": {"rob_entries": 100}})";
    const Result<Machine> mine = machine_from_json(text, "mine.json");
    REQUIRE_MESSAGE(mine.ok(), mine.error().text());
    const Result<Machine> zen5 = machine_named("zen5");
    REQUIRE(zen5.ok());
    Machine expected = *zen5;
    expected.name = "mine";
    expected.aliases.clear();
    expected.description = "mine";
    expected.ghz = 3;
    expected.clock_source = "mine";
    expected.core.rob_entries = 100;
    expected.recognition.reset();
    CHECK(*mine == expected);
}

TEST_CASE("what extends cannot do") {
    const std::string head = R"({"kind": "machine", "schema": 1, "name": "m", "description": "d", )";
    struct Row {
        std::string members, problem;
    };
    const std::vector<Row> rows{
        {R"("extends": 5})", "m.json#/extends: expected the name or file of a machine"},
        {R"("extends": "zen5", "core": null})", "m.json#/core: missing, expected an object"},
        {R"("extends": "zen5", "vector": 5})", "m.json#/vector: found 5, expected an object"},
        {R"("extends": "./absent.json"})", "m.json#/extends: absent.json: cannot be read: No such file or directory"},
        {R"("extends": "zen5", "core": {"colour": 1}})",
         "m.json#/core/colour: unknown key, expected one of issue_width, l1i_bytes, line_fill_buffers, "
         "load_buffer_entries, mispredict_cycles, rob_entries, source, store_forward_cycles, uop_cache_ops, "
         "waiting_power"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.members);
        const std::vector<std::string> problems = problems_of(head + row.members, "m.json");
        REQUIRE_FALSE(problems.empty());
        CHECK(problems.front() == row.problem);
    }
    const std::vector<std::string> unknown = problems_of(head + R"("extends": "zen99"})", "m.json");
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].starts_with("m.json#/extends: unknown machine \"zen99\", expected host, a file"));
    // Identity is not inherited.
    CHECK(problems_of(R"({"kind": "machine", "schema": 1, "extends": "zen5"})", "m.json") ==
          std::vector<std::string>{"m.json#/name: missing, expected the machine's name",
                                   "m.json#/description: missing, expected one sentence about the machine"});
}

TEST_CASE("files extend each other relative to their folder, and cycles are found") {
    std::string folder = (std::filesystem::temp_directory_path() / "saku-machine-test-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const auto put = [&](const std::string& name, const std::string& extends) {
        const std::string text = R"({"kind": "machine", "schema": 1, "name": ")" + name +
                                 R"(", "description": "d", "extends": ")" + extends + R"("})";
        REQUIRE(write_files({{folder + "/" + name + ".json", text}}).ok());
    };
    put("child", "sub/../parent.json");
    put("parent", "haswell");
    const Result<Machine> child = machine_for_target(folder + "/child.json");
    REQUIRE_MESSAGE(child.ok(), child.error().text());
    CHECK(child->name == "child");
    CHECK(child->codegen.cpu == "haswell");

    put("a", "b.json");
    put("b", "a.json");
    const Result<Machine> cycle = machine_for_target(folder + "/a.json");
    REQUIRE_FALSE(cycle.ok());
    CHECK(cycle.error().text() ==
          folder + "/b.json#/extends: extends " + folder + "/a.json, which extends this machine");
    put("self", "self.json");
    CHECK(machine_for_target(folder + "/self.json").error().text() ==
          folder + "/self.json#/extends: extends " + folder + "/self.json, which extends this machine");
    for (int i = 0; i < 12; ++i) put("long" + std::to_string(i), "long" + std::to_string(i + 1) + ".json");
    CHECK(machine_for_target(folder + "/long0.json").error().what == "a chain of more than 8 machines");
    std::filesystem::remove_all(folder);
}

TEST_CASE("targets by name, alias and file") {
    CHECK(machine_for_target("graviton2")->name == "neoverse-n1");
    CHECK(machine_for_target("zen5")->name == "zen5");
    CHECK(machine_for_target("host").ok());
    CHECK(machine_for_target("/absent/x.json").error().text() ==
          "/absent/x.json: cannot be read: No such file or directory");
    CHECK(machine_for_target("absent.json").error().text() == "absent.json: cannot be read: No such file or directory");
    CHECK(machine_for_target("/tmp/").error().text() == "/tmp/: cannot be read: it is a directory, expected a file");
    CHECK(machine_for_target("").error().text().starts_with("unknown machine \"\", expected host, a file"));
    CHECK(machine_for_target("zen55").error().text().find("x86-64-v4, zen2, zen3, zen4, zen5") != std::string::npos);
    CHECK_FALSE(machine_json("no such").ok());
}

TEST_CASE("damaged machine files never crash") {
    const Result<std::string> sound = machine_json("graniterapids");
    REQUIRE(sound.ok());
    Random random(11);
    for (int round = 0; round < 400; ++round) {
        std::string text = *sound;
        if (random.below(2) == 0) text.resize(random.below(text.size()));
        for (std::uint64_t i = random.below(4); i > 0 && !text.empty(); --i)
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        (void)machine_problems(text, "m.json");
    }
    CHECK_FALSE(machine_problems(std::string(100'000, '['), "m.json").empty());
    CHECK_FALSE(machine_problems(std::string("\x7f"
                                             "ELF\0\0",
                                             6),
                                 "m.json")
                    .empty());
    CHECK(machine_problems("[]", "m.json").front().text() == "m.json#: expected an object that describes a machine");
    CHECK(machine_problems("{}", "m.json").size() > 10);
}

/// Values of every kind put anywhere in a sound file: a problem or a sound machine, never a crash.
TEST_CASE("strange values anywhere never crash") {
    const Json sound = document("zen5");
    const Json flat = sound.flatten();
    std::vector<std::string> places;
    for (const auto& [pointer, value] : flat.items()) places.push_back(pointer);
    const std::vector<std::string> values{"null", "0",  "-1", "1e308", "9223372036854775807",
                                          "\"\"", "[]", "{}", "[[[]]]"};
    Random random(12);
    for (int round = 0; round < 400; ++round) {
        Json json = sound;
        json[Json::json_pointer(places[random.below(places.size())])] =
            *parse_json(values[random.below(values.size())], "value");
        (void)machine_problems(to_text(json), "m.json");
    }
}

}  // namespace
}  // namespace saku::targets

#include "targets/machine.h"

#include <doctest/doctest.h>

#include <bit>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "targets/machine_file.h"
#include "targets/machine_reader.h"

namespace saku::targets {
namespace {

Machine shipped(const std::string& name) {
    Result<Machine> machine = machine_named(name);
    REQUIRE_MESSAGE(machine.ok(), machine.error().text());
    return std::move(*machine);
}

TEST_CASE("every shipped machine passes every check and bears the name of its file") {
    const std::vector<std::string> names = machine_names();
    CHECK(names.size() >= 1);
    std::set<std::string> taken(names.begin(), names.end());
    CHECK(taken.size() == names.size());
    for (const std::string& name : names) {
        CAPTURE(name);
        const Result<std::string> text = machine_json(name);
        REQUIRE(text.ok());
        for (const Error& error : machine_problems(*text, name + ".json")) FAIL_CHECK(error.text());
        const Machine machine = shipped(name);
        CHECK(machine.name == name);
        CHECK_FALSE(machine.description.empty());
        for (const std::string& alias : machine.aliases) {
            CAPTURE(alias);
            CHECK(taken.insert(alias).second);
            CHECK(shipped(alias) == machine);
        }
    }
}

TEST_CASE("a machine written as JSON is read back as itself") {
    for (const std::string& name : machine_names()) {
        CAPTURE(name);
        const Machine machine = shipped(name);
        const Result<Machine> again = machine_from_json(to_text(machine_to_json(machine)), name + ".json");
        REQUIRE_MESSAGE(again.ok(), again.error().text());
        CHECK(*again == machine);
    }
}

TEST_CASE("operations are found by class, type and width") {
    const Machine zen5 = shipped("zen5");
    const Operation* fma = find_operation(zen5, "fma", "f32", 512);
    REQUIRE(fma != nullptr);
    CHECK(fma->latency_cycles == 4);
    CHECK(find_operation(zen5, "logic", "f32", 256)->type == "any");
    CHECK(find_operation(zen5, "fma", "f32", 1024) == nullptr);
    CHECK(find_operation(zen5, "fma", "bf16", 512) == nullptr);
    CHECK(find_operation(zen5, "nonsense", "f32", 512) == nullptr);
}

TEST_CASE("the port bound is that of the tightest union of port sets") {
    struct Row {
        std::vector<MicroOps> uops;
        double cycles;
    };
    const std::vector<Row> rows{
        {{}, 0},
        {{{0, 0b1}}, 0},
        {{{4, 0b11}}, 2},
        {{{1, 0b1}, {1, 0b1}}, 2},            // the same set twice
        {{{1, 0b01}, {3, 0b11}}, 2},          // the union is tighter than {0} alone
        {{{3, 0b01}, {1, 0b11}}, 3},          // {0} alone is tighter than the union
        {{{2, 0b011}, {2, 0b110}}, 4.0 / 3},  // only the union of both binds
        {{{1, 0b001}, {1, 0b010}, {3, 0b111}}, 5.0 / 3},
        {{{4, 0b0011}, {1, 0b1100}}, 2},  // without common ports
        {{{16, 1u << 31}}, 16},
    };
    for (const Row& row : rows) CHECK(port_bound_cycles(row.uops) == doctest::Approx(row.cycles));
}

/// Can the micro-operations be spread over the ports so that no port gets more than `cycles`? (Hall's condition over
/// all subsets of ports, which needs nothing that port_bound_cycles does.)
bool fits(const std::vector<MicroOps>& uops, int ports, double cycles) {
    for (std::uint32_t subset = 1; subset < (1u << ports); ++subset) {
        int within = 0;
        for (const MicroOps& uop : uops) within += (uop.ports & ~subset) == 0 ? uop.count : 0;
        if (within > cycles * std::popcount(subset) + 1e-9) return false;
    }
    return true;
}

TEST_CASE("the port bound is enough and no less is") {
    Random random(3);
    for (int round = 0; round < 300; ++round) {
        std::vector<MicroOps> uops;
        const std::uint64_t count = 1 + random.below(6);
        for (std::uint64_t i = 0; i < count; ++i)
            uops.push_back({static_cast<int>(1 + random.below(9)), static_cast<std::uint32_t>(1 + random.below(255))});
        const double bound = port_bound_cycles(uops);
        CHECK(fits(uops, 8, bound));
        CHECK_FALSE(fits(uops, 8, bound * 0.999));
    }
}

}  // namespace
}  // namespace saku::targets

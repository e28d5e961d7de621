#include "targets/machine.h"

#include <doctest/doctest.h>

#include <bit>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "frontends/operator_from.h"
#include "ir/operator.h"
#include "targets/emit.h"
#include "targets/machine_file.h"
#include "targets/machine_reader.h"
#include "tests/golden.h"

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

/// "48 KiB", "1 MiB".
std::string size_text(std::int64_t bytes) {
    constexpr std::int64_t mib = 1024 * 1024;
    return bytes % mib == 0 ? std::to_string(bytes / mib) + " MiB" : std::to_string(bytes / 1024) + " KiB";
}

/// The machine's row of the table in docs/machines.md.
std::string table_row(const Machine& machine) {
    std::string aliases, caches;
    for (const std::string& alias : machine.aliases) aliases += (aliases.empty() ? "`" : ", `") + alias + "`";
    for (const Cache& cache : machine.caches) caches += (caches.empty() ? "" : ", ") + size_text(cache.size_bytes);
    return "| `" + machine.name + "` | " + aliases + " | " + std::to_string(machine.vector.bits) + " x " +
           std::to_string(machine.vector.registers) + " | " +
           std::to_string(static_cast<int>(machine.peak.f32_flops_per_cycle)) + " | " + to_line(Json(machine.ghz)) +
           " | " + caches + " | " + std::to_string(machine.topology.cores) + " |\n";
}

TEST_CASE("the manual's table is that of the files") {
    const std::string manual = tests::read_file(std::filesystem::path(SAKU_SOURCE_DIR) / "docs" / "machines.md");
    std::string table;
    for (const std::string& name : machine_names()) table += table_row(shipped(name));
    INFO(table);
    CHECK(manual.find("|---|---|---|---|---|---|---|\n" + table + "\n`x86-64-v2`") != std::string::npos);
}

TEST_CASE("LLVM makes code for every machine") {
    for (const std::string& name : machine_names()) {
        CAPTURE(name);
        const Machine machine = shipped(name);
        const Result<ir::Operator> op = frontends::operator_from("matmul:m=2,n=3,k=4");
        REQUIRE(op.ok());
        const auto emitted = emit(ir::lower(*op), machine.codegen, {.name = "kernel"});
        REQUIRE_MESSAGE(emitted.ok(), emitted.error().text());
        CHECK(
            emitted->object.starts_with("\x7f"
                                        "ELF"));
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

#include "targets/runs_here.h"

#include <doctest/doctest.h>

#include "targets/machine_file.h"

namespace saku::targets {
namespace {

TEST_CASE("code for the host runs here, code for other processors does not") {
    const auto host = machine_for_target("host");
    REQUIRE(host.ok());
    CHECK(runs_here(host->codegen).ok());

    const bool is_x86 = host->codegen.triple.starts_with("x86_64");
    const auto other = machine_named(is_x86 ? "neoverse-n1" : "haswell");
    REQUIRE(other.ok());
    const auto refused = runs_here(other->codegen);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().reason == "code for another processor");
    CHECK(refused.error().detail.find("this computer is") != std::string::npos);
}

TEST_CASE("instructions that the processor lacks are named") {
    const auto host = machine_for_target("host");
    REQUIRE(host.ok());
    if (!host->codegen.triple.starts_with("x86_64")) return;
    Codegen codegen = host->codegen;
    codegen.features += ",+amx-fp16,+sse4a,+tbm,+xop";  // no processor has all of these
    const auto refused = runs_here(codegen);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().reason == "code for another processor");
    CHECK(refused.error().detail.starts_with("instructions that this computer lacks: "));
}

}  // namespace
}  // namespace saku::targets

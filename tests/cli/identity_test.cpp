// The same input gives the same bytes: for any number of jobs, again, and on a processor with other instructions.
#include <doctest/doctest.h>

#include "tuned.h"

namespace saku::tests {
namespace {

struct Work {
    std::string op;
    std::vector<std::string> options;
};

std::string all_bytes(const Folder& folder) {
    std::string bytes;
    for (const std::string& name : folder.names()) bytes += name + "\n" + content_of(folder.path(name));
    return bytes;
}

TEST_CASE("objects, headers and records do not depend on jobs, repetition or the host's instructions") {
    const std::vector<Work> works{
        {"matmul:m=13,n=20,k=9", {"--target", "zen4", "--threads", "1"}},
        {"conv2d:c=3,h=7,w=7,k=8,r=3,s=3,stride=2,pad=1", {"--target", "neoverse-n1", "--threads", "2"}},
    };
    // What glibc chooses its memory and mathematical functions by.
    const std::map<std::string, std::string> old_processor{{"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA"}};
    struct Variant {
        std::string jobs;
        std::map<std::string, std::string> environment;
    };
    const std::vector<Variant> variants{{"1", {}}, {"1", {}}, {"2", {}}, {"2", old_processor}};
    for (const Work& work : works) {
        CAPTURE(work.op);
        std::string first;
        for (const Variant& variant : variants) {
            CAPTURE(variant.jobs);
            const Folder folder;
            std::vector<std::string> arguments{"tune", work.op,  "--out",      folder.path(), "--candidates",
                                               "400",  "--jobs", variant.jobs, "--emit",      "obj,header,asm,llvm"};
            arguments.insert(arguments.end(), work.options.begin(), work.options.end());
            REQUIRE(saku(arguments, {.environment = variant.environment}).exit_code == 0);
            const std::string bytes = all_bytes(folder);
            if (first.empty()) first = bytes;
            CHECK((bytes == first));
        }
    }
}

TEST_CASE("another seed or search may choose otherwise, and says so in the output only") {
    const Folder folder;
    const Json json = json_of(saku(tune_arguments(small_matmul, "", {"--seed", "7", "--search", "random", "--json"})));
    CHECK(json["seed"] == 7);
    CHECK(json["search"] == "random");
    const Json timed = json_of(saku({"tune", small_matmul, "--target", "haswell", "--seconds", "0.05", "--json"}));
    CHECK(timed["reproducible"] == false);
}

}  // namespace
}  // namespace saku::tests

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/build/project.h"

using namespace saku::tests;

namespace {

constexpr const char* twice = "op twice(n) { x: f32[N=n] out: f32[N=n] out axes i<n out[i] = x[i] + x[i] }\n";

bool has(const Finished& finished, const std::string& text) { return finished.out.find(text) != std::string::npos; }

/// As if written anew: newer than all that was built.
void touch(const std::string& path) {
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now());
}

}  // namespace

TEST_CASE("what changed is tuned again, and only what is new is built again") {
    const Project project;
    const std::string op = project.write("twice.saku", twice);
    const std::string machine = project.write(
        "mine.json",
        R"({"schema": 1, "kind": "machine", "extends": "x86-64-v3", "name": "mine", "description": "A test."})");
    project.write("main.c",
                  "#include \"twice.h\"\nint main(void) { float x[4] = {1, 2, 3, 4}, out[4] = {0};\n"
                  "  return twice(x, out, 0, 1) == 0 && out[3] == 8 ? 0 : 1; }\n");
    project.write("CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.23)\nproject(p LANGUAGES C)\nfind_package(saku REQUIRED)\n"
                  "saku_add_kernel(twice SHARED FILE twice.saku:n=4 TARGET mine.json EMIT asm CANDIDATES 50)\n"
                  "add_executable(app main.c)\ntarget_link_libraries(app twice)\n");
    require_done(project.configure());
    require_done(project.build());
    require_done(project.run("app"));
    check_nothing_to_do(project);

    for (const std::string& file : {op, machine}) {
        CAPTURE(file);
        touch(file);
        const Finished built = project.build();
        require_done(built);
        CHECK(has(built, "Tuning twice for"));
        // The same kernel again: nothing that uses it is newer.
        CHECK_FALSE(has(built, "Building C object"));
        check_nothing_to_do(project);
    }
    project.write("twice.saku", "op twice(n) { x: f32[N=n] out: f32[N=n] out axes i<n out[i] = x[i] * x[i] }\n");
    touch(op);
    const Finished built = project.build();
    require_done(built);
    CHECK(has(built, "Linking C shared library"));
    CHECK(project.run("app").exit_code == 1);  // 4 * 4 is not 8

    project.write("twice.saku", "op twice(n) { x: f32[N=n] out: f32[N=n] out axes i<n out[i] = y[i] }\n");
    touch(op);
    const Finished broken = project.build();
    CHECK(broken.exit_code != 0);
    CHECK_MESSAGE(has(broken, "twice.saku:1:"), broken.out);
}

TEST_CASE("a file of a kernel that is gone comes back") {
    for (const char* generator : {
             "Ninja",
#ifdef SAKU_MAKE
             "Unix Makefiles",
#endif
         }) {
        CAPTURE(std::string(generator));
        const Project project("blur");
        require_done(project.configure({}, generator));
        require_done(project.build());
        for (const char* ending : {".o", ".hpp", ".json"}) {
            const std::string file = project.source("../build/blur_kernel.saku/blur" + std::string(ending));
            CAPTURE(file);
            REQUIRE(std::filesystem::remove(file));
            const Finished built = project.build();
            require_done(built);
            CHECK(has(built, "Tuning blur for"));
            CHECK(std::filesystem::exists(file));
        }
        require_done(project.run("blur"));
        CHECK_FALSE(has(project.build(), "Tuning"));
    }
}

TEST_CASE("limits, residence and a calibration are passed on, and a record is held against the choice") {
    const Project project;
    project.write("CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.23)\nproject(p LANGUAGES C)\nfind_package(saku REQUIRED)\n"
                  "enable_testing()\n"
                  "saku_add_kernel(mm OP matmul:m=8,n=32,k=16 TARGET x86-64-v3 CANDIDATES 50 MAX_WORKSPACE 0\n"
                  "                MAX_CODE 4000 RESIDENCE cold FIX tile_m=2 CHECK mm.json)\n");
    require_done(project.configure());
    require_done(project.build());
    check_nothing_to_do(project);
    const std::string record = project.source("../build/mm.saku/mm.json");
    const std::string kept = project.source("mm.json");
    CHECK(project.build({"--target", "mm_check"}).exit_code != 0);  // there is no record yet
    std::filesystem::copy_file(record, kept);
    require_done(project.build({"--target", "mm_check"}));
    require_done(project.build({"--target", "test"}));
    std::ifstream file(kept);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(text.find("\"cold\"") != std::string::npos);
    const std::size_t at = text.find("\"seconds\": ");
    REQUIRE(at != std::string::npos);
    text.insert(at + 11, "1");
    project.write("mm.json", text);
    const Finished changed = project.build({"--target", "mm_check"});
    CHECK(changed.exit_code != 0);
    CHECK_MESSAGE(has(changed, "predicted time: was 1"), changed.out);
    CHECK(project.build({"--target", "test"}).exit_code != 0);
}

#ifdef SAKU_MAKE
TEST_CASE("make tunes once and again only after a change, too") {
    const Project project("blur");
    require_done(project.configure({}, "Unix Makefiles"));
    require_done(project.build());
    require_done(project.run("blur"));
    CHECK_FALSE(has(project.build(), "Tuning"));
    touch(project.source("blur.saku"));
    const Finished built = project.build();
    require_done(built);
    CHECK(has(built, "Tuning blur for"));
    CHECK_FALSE(has(built, "Building CXX object"));
    CHECK_FALSE(has(project.build(), "Tuning"));
}
#endif

TEST_CASE("another operator in a suite is another kernel in the library") {
    const Project project;
    project.write("twice.saku", twice);
    const auto write_suite = [&](const std::string& operators) {
        touch(project.write("suite.json", R"({"schema": 1, "kind": "suite", "operators": [)" + operators + "]}"));
    };
    write_suite(R"("twice.saku:n=4")");
    project.write("CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.23)\nproject(p LANGUAGES C)\nfind_package(saku REQUIRED)\n"
                  "saku_add_kernel(both SUITE suite.json TARGET x86-64-v3 CANDIDATES 50)\n"
                  "get_target_property(kernels both SAKU_KERNELS)\nmessage(STATUS \"kernels: ${kernels}\")\n");
    const Finished configured = project.configure();
    require_done(configured);
    CHECK(has(configured, "kernels: twice_n_4\n"));
    require_done(project.build());
    check_nothing_to_do(project);

    write_suite(R"("twice.saku:n=4", "twice.saku:n=8")");
    const Finished built = project.build();
    require_done(built);
    CHECK(has(built, "kernels: twice_n_4;twice_n_8\n"));
    CHECK(has(built, "Tuning twice_n_8 for"));
    CHECK_FALSE(has(built, "Tuning twice_n_4 for"));
    CHECK(std::filesystem::exists(project.source("../build/both.saku/twice_n_8.hpp")));
}

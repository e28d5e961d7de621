#include <filesystem>

#include "tests/build/project.h"

using namespace saku::tests;

namespace {

struct Sample {
    std::string folder;
    std::vector<std::pair<std::string, std::string>> programs;  ///< name, what it prints
};

}  // namespace

TEST_CASE("samples go from configuration to running programs, and rebuild nothing") {
    const std::vector<Sample> samples{
        {"matmul-c", {{"matmul", "64 x 96 products agree\n"}}},
        {"blur", {{"blur", "64 x 48 pixels blurred\n"}}},
        {"mlp", {{"mlp", "80 outputs agree\n"}}},
        {"chain", {{"chain", "3136 outputs agree\n"}}},
        {"threads", {{"tbb", "32 x 14 x 14 outputs agree\n"}, {"serial", "32 x 14 x 14 outputs agree\n"}}},
    };
    for (const Sample& sample : samples) {
        CAPTURE(sample.folder);
        const Project project(sample.folder);
        require_done(project.configure());
        require_done(project.build());
        for (const auto& [program, printed] : sample.programs) {
            const Finished ran = project.run(program);
            CHECK(ran.exit_code == 0);
            CHECK(ran.out == printed);
        }
        check_nothing_to_do(project);
    }
}

TEST_CASE("the runtime's sources that cross builds compile are all installed") {
    const std::string folder = SAKU_STAGED_SOURCES;
    for (const std::string source : {"serial.c", "tbb.cpp"}) {
        CAPTURE(source);
        require_done(run_process(
            {SAKU_CXX, "-std=c++20", "-fsyntax-only", "-I" + folder, "-x", "c++", folder + "/runtime/" + source}));
    }
}

#ifdef SAKU_MAKE
TEST_CASE("the sample with make and pkg-config") {
    const Folder folder;
    for (const char* sample : {"makefile", "threads"})
        std::filesystem::copy(std::filesystem::path(SAKU_SOURCE_DIR) / "samples" / sample, folder.path(sample));
    for (const char* runtime : {"saku", "saku-serial"}) {
        CAPTURE(runtime);
        const Finished made = run_process(
            {SAKU_MAKE, "-s", "-C", folder.path("makefile"), "clean", "run", std::string("RUNTIME=") + runtime},
            {.environment = {{"PKG_CONFIG_PATH", SAKU_PKG_CONFIG_PATH}}});
        require_done(made);
        CHECK(made.out.ends_with("32 x 14 x 14 outputs agree\n"));
    }
}
#endif

#ifdef SAKU_CROSS_COMPILER
TEST_CASE("a cross build runs saku here and its program there") {
    struct Case {
        const char* folder;
        const char* program;
        const char* flags;
        const char* machine;
    };
    for (const auto& [folder, program, flags, machine] :
         {Case{"matmul-c", "matmul", "set(CMAKE_C_FLAGS_INIT -mcpu=neoverse-n1)\n", "neoverse-n1"},
          Case{"threads", "serial", "", "armv8-a"}}) {
        const Project project(folder);
        const std::string toolchain = project.write("aarch64.cmake",
                                                    "set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR "
                                                    "aarch64)\nset(CMAKE_C_COMPILER " SAKU_CROSS_COMPILER ")\n" +
                                                        std::string(flags));
        const Finished configured = project.configure({"-DCMAKE_TOOLCHAIN_FILE=" + toolchain});
        require_done(configured);
        CHECK(configured.out.find("TARGET " + std::string(machine) + ", from the toolchain") != std::string::npos);
        require_done(project.build());
        const Finished ran = project.run(program, {SAKU_EMULATOR, "-cpu", "max", "-L", "/usr/aarch64-linux-gnu"});
        require_done(ran);
        CHECK(ran.out.ends_with("agree\n"));
        check_nothing_to_do(project);
    }
}
#endif

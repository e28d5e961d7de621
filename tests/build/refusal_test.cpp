#include <algorithm>

#include "tests/build/project.h"

using namespace saku::tests;

namespace {

/// CMake wraps long messages: without line breaks and runs of spaces.
std::string in_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const bool is_space = c == ' ' || c == '\n';
        if (!is_space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    return line;
}

}  // namespace

TEST_CASE("what cannot be built is refused when the project is configured") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"k", "found 0 of OP, FILE and SUITE (), expected one"},
        {"k OP relu:n=4 FILE x.saku", "found 2 of OP, FILE and SUITE (OP, FILE), expected one"},
        {"k FILE absent.saku:n=4", "FILE: there is no file"},
        {"k OP matmul:m=4", "matmul: parameter 'n' of 'matmul' is missing"},
        {"k OP matmul:m=4,n=4,k=4 TARGET nowhere", "--target: unknown machine"},
        {"k OP matmul:m=4,n=4,k=4 TARGET neoverse-n1",
         "TARGET neoverse-n1 is for aarch64, but this toolchain compiles for x86_64"},
        {"a-b OP matmul:m=4,n=4,k=4", "--name: found 'a-b', expected a C identifier"},
        {"k OP matmul:m=4,n=4,k=4 THREADS 0", "--threads"},
        {"k OP matmul:m=4,n=4,k=4 EMIT obj", "EMIT: found 'obj', expected asm or llvm"},
        {"k OP matmul:m=4,n=4,k=4 RUNTIME threads", "RUNTIME: found 'threads', expected TBB, SERIAL or NONE"},
        {"k OP matmul:m=4,n=4,k=4 RESIDENCE hot", "RESIDENCE: found 'hot', expected warm or cold"},
        {"k OP matmul:m=4,n=4,k=4 MAX_CODE 4k", "MAX_CODE: found '4k', expected a number of bytes"},
        {"k OP matmul:m=4,n=4,k=4 CALIBRATION absent.json", "absent.json: cannot be read"},
        {"k OP matmul:m=4,n=4,k=4 STATIC SHARED", "found STATIC and SHARED, expected one"},
        {"k OP matmul:m=4,n=4,k=4 TARGT zen5", "unknown arguments: TARGT;zen5"},
        {"k OP", "no value for OP"},
        {"k SUITE suite.json NAME x", "NAME is for one operator"},
    };
    for (const auto& [arguments, message] : table) {
        CAPTURE(arguments);
        const Project project;
        project.write(
            "CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.23)\nproject(p LANGUAGES NONE)\nset(CMAKE_SYSTEM_PROCESSOR x86_64)\n"
            "find_package(saku REQUIRED)\nsaku_add_kernel(" +
                arguments + ")\n");
        const Finished configured = project.configure();
        CHECK(configured.exit_code != 0);
        const std::string said = in_one_line(configured.err);
        const std::string name = arguments.substr(0, arguments.find(' '));
        CHECK_MESSAGE(said.find("saku_add_kernel(" + name + "): ") != std::string::npos, said);
        CHECK_MESSAGE(said.find(message) != std::string::npos, said);
    }
}

TEST_CASE("as part of another project, saku is built before its kernels") {
    const Project project;
    project.write("CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.23)\nproject(p LANGUAGES C CXX)\n"
                  "add_subdirectory(" SAKU_SOURCE_DIR
                  " saku)\nsaku_add_kernel(k OP matmul:m=4,n=4,k=4)\n"
                  "add_executable(app main.c)\ntarget_link_libraries(app k)\n");
    project.write("main.c", "#include \"k.h\"\nint main(void) { return 0; }\n");
    require_done(project.configure());
    // Building all of saku takes too long here: what would be done, in order.
    const Finished would = project.build({"--", "-t", "commands", "app"});
    require_done(would);
    const std::size_t linked = would.out.find("-o saku/saku ");
    const std::size_t tuned = would.out.find("saku/saku tune matmul:m=4,n=4,k=4");
    REQUIRE(linked != std::string::npos);
    REQUIRE(tuned != std::string::npos);
    CHECK(linked < tuned);
    CHECK(tuned < would.out.find("-o app "));
}

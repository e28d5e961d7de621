#include "tests/build/project.h"

#include <filesystem>
#include <fstream>

namespace saku::tests {
namespace {

/// Under load, compilers that are found and tried take their time.
const ProcessOptions patient{.timeout_seconds = 300};

Finished command(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return run_process(words, patient);
}

}  // namespace

Project::Project(const std::string& sample) {
    const std::filesystem::path from = std::filesystem::path(SAKU_SOURCE_DIR) / "samples" / sample;
    std::filesystem::copy(from, source(), std::filesystem::copy_options::recursive);
}

std::string Project::source(const std::string& name) const {
    return folder_.path("source") + (name.empty() ? "" : "/" + name);
}

std::string Project::write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(source());
    std::ofstream(source(name), std::ios::binary) << content;
    return source(name);
}

Finished Project::configure(const std::vector<std::string>& options, const std::string& generator) const {
    return command(
        {SAKU_CMAKE, "-G", generator, "-S", source(), "-B", folder_.path("build"), "-Dsaku_DIR=" SAKU_PACKAGE},
        options);
}

Finished Project::build(const std::vector<std::string>& options) const {
    return command({SAKU_CMAKE, "--build", folder_.path("build")}, options);
}

Finished Project::run(const std::string& program, std::vector<std::string> before) const {
    before.push_back(folder_.path("build") + "/" + program);
    return run_process(before, patient);
}

void require_done(const Finished& finished) {
    INFO(finished.out);
    INFO(finished.err);
    REQUIRE(finished.exit_code == 0);
}

void check_nothing_to_do(const Project& project) {
    const Finished again = project.build();
    CHECK_MESSAGE(again.out.find("ninja: no work to do.") != std::string::npos, again.out);
}

}  // namespace saku::tests

// CMake projects as users have them: configured against the staged install tree, built with Ninja, run.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/cli/process.h"

namespace saku::tests {

/// A copy of a sample, or files of the test's own, with a build folder beside them. Both go at the end.
class Project {
public:
    Project() = default;
    /// The folder samples/<sample>.
    explicit Project(const std::string& sample);

    /// Writes a file into the source folder and gives its path.
    std::string write(const std::string& name, const std::string& content) const;
    [[nodiscard]] Finished configure(const std::vector<std::string>& options = {},
                                     const std::string& generator = "Ninja") const;
    [[nodiscard]] Finished build(const std::vector<std::string>& options = {}) const;
    /// A program that was built; `before` is what runs it (an emulator).
    [[nodiscard]] Finished run(const std::string& program, std::vector<std::string> before = {}) const;
    [[nodiscard]] std::string source(const std::string& name = "") const;

private:
    Folder folder_;
};

/// Exit code 0, or all that the process wrote in the message.
void require_done(const Finished& finished);

/// A rebuild finds nothing to do.
void check_nothing_to_do(const Project& project);

}  // namespace saku::tests

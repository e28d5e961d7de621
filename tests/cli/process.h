// Runs a program the way a user's shell does, and keeps what it wrote.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace saku::tests {

struct ProcessOptions {
    std::map<std::string, std::string> environment = {};  ///< added to this process's
    std::string directory = {};                           ///< working directory; empty: this one's
    bool close_stdout = false;                            ///< as `program >&-` does
    bool full_stdout = false;                             ///< stdout is /dev/full
    int signal = 0;                                       ///< sent once the program has run for `signal_after_seconds`
    double signal_after_seconds = 0.1;
    double timeout_seconds = 60;  ///< killed then; `exit_code` is -SIGKILL
};

struct Finished {
    int exit_code = 0;  ///< minus the signal's number when a signal ended it
    std::string out;
    std::string err;
    double seconds = 0;
};

[[nodiscard]] Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

/// The program under test.
[[nodiscard]] Finished saku(std::vector<std::string> arguments, const ProcessOptions& options = {});

/// Words as a shell cuts them, with double quotes and \" inside of them.
[[nodiscard]] std::vector<std::string> shell_words(const std::string& line);

/// A fresh temporary folder; removed with everything in it at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string path(const std::string& name = "") const;
    /// Writes a file and gives its path.
    [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;
    /// Names of what is in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::string path_;
};

}  // namespace saku::tests

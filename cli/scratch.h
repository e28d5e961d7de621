// A temporary folder, and programs that work in it; nothing of either survives the command, however it ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/interrupt.h"

namespace saku::cli {

/// How a program ended, and what it wrote.
struct Ended {
    int exit_code = 0;  ///< 128 plus the signal's number when one ended it
    std::string out;
    std::string err;
};

class Scratch {
public:
    /// Error: no folder can be made where temporary files go.
    [[nodiscard]] static Result<std::unique_ptr<Scratch>> make(Interruptible& interruptible);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    /// Error: the file cannot be written.
    [[nodiscard]] Result<Done> write(const std::string& name, const std::string& content) const;
    /// Runs a program to its end, with the file `input` of the folder as its stdin (empty: nothing). It belongs to a
    /// process group of its own, which is killed when a signal ends saku. Error: it cannot be started.
    [[nodiscard]] Result<Ended> run(const std::vector<std::string>& command, const std::string& input = {});

private:
    explicit Scratch(Interruptible& interruptible) : interruptible_(interruptible) {}
    void clean_up();

    Interruptible& interruptible_;
    std::mutex mutex_;  ///< of the next two, which the thread that waits for signals looks at
    std::string folder_;
    pid_t child_ = 0;
};

/// Where a program of this name is found: the path itself when it has a slash, else in PATH; nothing when there is none
/// that can be executed.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

/// A command line as words, at blanks outside of quotes ('...' or "..."). Errors: a quote that is not closed, no word.
[[nodiscard]] Result<std::vector<std::string>> words_of(const std::string& text);

}  // namespace saku::cli

// SIGINT and SIGTERM end the program at once, leave nothing half-written, and say what there is.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace saku::cli {

/// While alive, a thread of its own waits for the signals (they are blocked in all threads started later, so nothing
/// runs in signal context). When one comes it waits a moment for writes in progress, removes temporary files and ends
/// the process with 128 plus the signal's number. Make it before any other thread.
class Interruptible {
public:
    Interruptible();
    ~Interruptible();
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

    /// `write_files`, all or nothing even when a signal comes in between.
    [[nodiscard]] Result<Done> write(const std::vector<OutputFile>& files);

    /// Called before a signal ends the process, on the thread that waits for it; replaces what was set before.
    void on_interrupt(std::function<void()> clean_up);

    /// What is kept and how to go on, for stderr when a signal ends the process; empty: nothing is said.
    void note(const std::string& text);

private:
    void watch();

    TemporaryFiles temporary_files_;
    std::timed_mutex writing_;
    std::mutex cleaning_;
    std::function<void()> clean_up_;
    std::string note_ = "nothing was written";
    std::thread watcher_;
};

}  // namespace saku::cli

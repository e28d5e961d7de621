// A line on stderr that says what is being worked on; only where stderr is a terminal.
//
//     conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1  [############........]  61%  tier 1
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace saku::cli {

class Progress {
public:
    /// Silent unless stderr is a terminal.
    Progress();
    /// Clears the line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// What the next reports are about: an operator's shorthand, with its place in a suite.
    void subject(const std::string& text);
    /// Draws the line again, at most twenty times a second. `fraction` in [0, 1]. Callable from any thread.
    void report(double fraction, const std::string& stage);
    void clear();

private:
    bool enabled_;
    std::mutex mutex_;
    std::string subject_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace saku::cli

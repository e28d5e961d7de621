// Processes to talk to line by line, which may crash or hang without harm to this one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace saku::tuner {

/// Two descriptors with lines on them. Lines are text without line breaks.
class LineChannel {
public:
    /// Takes over both descriptors.
    LineChannel(int read, int write) : read_(read), write_(write) {}
    ~LineChannel();
    LineChannel(LineChannel&& other) noexcept;
    LineChannel& operator=(LineChannel&&) = delete;

    /// False when nobody reads any more. Line breaks in the text become blanks.
    bool send(std::string line) const;

    enum class Heard { line, end, nothing };
    /// Waits for the next line, at most so long (negative: for ever): a line in `text`, the end of the other side, or
    /// nothing yet.
    Heard hear(std::string& text, double seconds = -1);

private:
    bool take_line(std::string& text);

    int read_;
    int write_;
    std::string pending_ = {};
};

/// A process of ours; killed and reaped at the end of its scope.
class LineProcess {
public:
    /// A copy of this process that does `body` and ends. Only for processes with no thread that holds a lock: the copy
    /// has none of the others. Error: the system makes no more processes.
    [[nodiscard]] static Result<LineProcess> fork(const std::function<void(LineChannel&)>& body);
    /// A program with its arguments; its stderr is this process's.
    [[nodiscard]] static Result<LineProcess> start(const std::vector<std::string>& command);
    ~LineProcess();
    LineProcess(LineProcess&& other) noexcept
        : channel_(std::move(other.channel_)), process_(std::exchange(other.process_, 0)) {}
    LineProcess& operator=(LineProcess&&) = delete;

    [[nodiscard]] LineChannel& channel() { return channel_; }
    /// Ends it at once unless it has ended; how it ended: "signal 11", "exit code 1".
    std::string stop();

private:
    /// A new process that does `child` with its ends of the pipes and ends with this one.
    [[nodiscard]] static Result<LineProcess> spawn(const std::function<void(int read, int write)>& child);
    LineProcess(LineChannel channel, pid_t process) : channel_(std::move(channel)), process_(process) {}

    LineChannel channel_;
    pid_t process_;
};

}  // namespace saku::tuner

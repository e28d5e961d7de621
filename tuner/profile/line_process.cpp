#include "tuner/profile/line_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>

namespace saku::tuner {

namespace {

using Clock = std::chrono::steady_clock;

void close_one(int descriptor) {
    if (descriptor >= 0) ::close(descriptor);
}

/// Both directions; the first pair is [ours to read, theirs to write], the second [theirs to read, ours to write].
struct Pipes {
    std::array<int, 2> from{-1, -1};
    std::array<int, 2> to{-1, -1};
    bool open() { return pipe2(from.data(), O_CLOEXEC) == 0 && pipe2(to.data(), O_CLOEXEC) == 0; }
    void close_all() const {
        for (const int descriptor : {from[0], from[1], to[0], to[1]}) close_one(descriptor);
    }
};

Error no_process() { return {.where = "", .what = std::string("no process to measure in: ") + std::strerror(errno)}; }

/// Whoever measures ends with the process that asked.
void die_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
}

}  // namespace

LineChannel::LineChannel(LineChannel&& other) noexcept
    : read_(std::exchange(other.read_, -1)),
      write_(std::exchange(other.write_, -1)),
      pending_(std::move(other.pending_)) {}

LineChannel::~LineChannel() {
    close_one(read_);
    if (write_ != read_) close_one(write_);
}

bool LineChannel::send(std::string line) const {
    std::replace(line.begin(), line.end(), '\n', ' ');
    line += '\n';
    std::size_t sent = 0;
    while (sent < line.size()) {
        const ssize_t count = ::write(write_, line.data() + sent, line.size() - sent);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;  // SIGPIPE is ignored by the program
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

bool LineChannel::take_line(std::string& text) {
    const std::size_t end = pending_.find('\n');
    if (end == std::string::npos) return false;
    text = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    return true;
}

LineChannel::Heard LineChannel::hear(std::string& text, double seconds) {
    const auto start = Clock::now();
    for (;;) {
        if (take_line(text)) return Heard::line;
        int milliseconds = -1;
        if (seconds >= 0) {
            const double left = seconds - std::chrono::duration<double>(Clock::now() - start).count();
            milliseconds = static_cast<int>(std::clamp(std::ceil(left * 1000), 0.0, 1e9));
        }
        pollfd end{.fd = read_, .events = POLLIN, .revents = 0};
        const int ready = poll(&end, 1, milliseconds);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return Heard::nothing;
        std::array<char, 65536> buffer{};
        const ssize_t count = ready < 0 ? 0 : ::read(read_, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return Heard::end;
        pending_.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

Result<LineProcess> LineProcess::spawn(const std::function<void(int read, int write)>& child) {
    Pipes pipes;
    const pid_t parent = getpid();
    const pid_t process = pipes.open() ? ::fork() : -1;
    if (process < 0) {
        const Error failure = no_process();
        pipes.close_all();
        return failure;
    }
    if (process == 0) {
        die_with(parent);
        close_one(pipes.from[0]);
        close_one(pipes.to[1]);
        child(pipes.to[0], pipes.from[1]);
        _exit(0);
    }
    close_one(pipes.from[1]);
    close_one(pipes.to[0]);
    return LineProcess(LineChannel(pipes.from[0], pipes.to[1]), process);
}

Result<LineProcess> LineProcess::fork(const std::function<void(LineChannel&)>& body) {
    return spawn([&](int read, int write) {
        // A crash ends this copy at once, whatever handlers it was copied with.
        for (const int crash : {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTERM}) signal(crash, SIG_DFL);
        const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};  // a crash is expected here, its memory of no use
        setrlimit(RLIMIT_CORE, &no_core);
        LineChannel channel(read, write);
        body(channel);
    });
}

Result<LineProcess> LineProcess::start(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return spawn([&](int read, int write) {
        // Signals stay as whoever started the program has them, not blocked for a thread that waits for them.
        sigset_t none;
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, nullptr);
        dup2(read, STDIN_FILENO);
        dup2(write, STDOUT_FILENO);
        execv(arguments[0], arguments.data());
        _exit(127);
    });
}

std::string LineProcess::stop() {
    if (process_ <= 0) return {};
    int status = 0;
    // One that closed its pipe is about to end by itself: its own end tells more than ours would.
    pid_t ended = 0;
    for (int attempt = 0; attempt < 1000 && ended == 0; ++attempt) {
        ended = waitpid(process_, &status, WNOHANG);
        std::string ignored;
        if (ended == 0 && channel_.hear(ignored, 0) != LineChannel::Heard::end) break;
        if (ended == 0) usleep(1000);
    }
    if (ended == 0) {
        kill(process_, SIGKILL);
        while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
    }
    process_ = 0;
    return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                               : "exit code " + std::to_string(WEXITSTATUS(status));
}

LineProcess::~LineProcess() { stop(); }

}  // namespace saku::tuner

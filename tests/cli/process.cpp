#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace saku::tests {
namespace {

struct Pipe {
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_end(std::size_t end) {
        if (ends[end] >= 0) close(ends[end]);
        ends[end] = -1;
    }
    std::array<int, 2> ends{-1, -1};
};

[[noreturn]] void become(const std::vector<std::string>& command, const ProcessOptions& options, const Pipe& out,
                         const Pipe& err) {
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(options.full_stdout ? open("/dev/full", O_WRONLY) : out.ends[1], STDOUT_FILENO);
    if (options.close_stdout) close(STDOUT_FILENO);
    dup2(err.ends[1], STDERR_FILENO);
    for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
}

/// Reads one pipe's available bytes; false at its end.
bool drain(int descriptor, std::string& text) {
    std::array<char, 65536> buffer{};
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
}

}  // namespace

Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto elapsed = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    Pipe out;
    Pipe err;
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) become(command, options, out, err);
    out.close_end(1);
    err.close_end(1);
    Finished result;
    bool signalled = options.signal == 0;
    bool killed = false;
    std::array<pollfd, 2> ends{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        poll(ends.data(), ends.size(), 5);
        if (ends[0].revents != 0 && !drain(ends[0].fd, result.out)) ends[0].fd = -1;
        if (ends[1].revents != 0 && !drain(ends[1].fd, result.err)) ends[1].fd = -1;
        if (!signalled && elapsed() > options.signal_after_seconds) signalled = kill(child, options.signal) == 0;
        if (!killed && elapsed() > options.timeout_seconds) killed = kill(child, SIGKILL) == 0;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    result.seconds = elapsed();
    return result;
}

Finished saku(std::vector<std::string> arguments, const ProcessOptions& options) {
    arguments.insert(arguments.begin(), SAKU_PROGRAM);
    return run_process(arguments, options);
}

std::vector<std::string> shell_words(const std::string& line) {
    std::vector<std::string> words;
    bool in_quotes = false;
    bool in_word = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ' ' && !in_quotes) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (line[i] == '"')
            in_quotes = !in_quotes;
        else
            words.back() += line[i] == '\\' ? line[++i] : line[i];
    }
    return words;
}

Folder::Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "saku-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::path(const std::string& name) const { return name.empty() ? path_ : path_ + "/" + name; }

std::string Folder::write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace saku::tests
